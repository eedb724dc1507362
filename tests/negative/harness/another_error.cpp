// SPDX-License-Identifier: BSL-1.0
// refused-for: does not match 'EST-000'
// expect-error: EST-000
#ifdef POSITIVE_CONTROL
int subject = 0;
#else
int subject = "";
#endif

// SPDX-License-Identifier: BSL-1.0
// refused-for: it compiles, but must not
// expect-error: EST-000
#warning "EST-000"
int subject;

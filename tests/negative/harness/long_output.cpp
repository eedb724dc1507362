// SPDX-License-Identifier: BSL-1.0
// refused-for: too much to read: errors: 1, lines: [12][0-9]
// expect-error: EST-000
template <int N>
struct nested {
    static constexpr int value = nested<N - 1>::value;
};
template <>
struct nested<0> {
#ifndef POSITIVE_CONTROL
    static_assert(false, "EST-000");
#endif
    static constexpr int value = 0;
};
#ifndef POSITIVE_CONTROL
#warning "one"
#warning "two"
#warning "three"
#warning "four"
#endif
int subject = nested<8>::value;

#include "whatif/replay/beta_quantile.hpp"

#include <cmath>

namespace postern::whatif {
namespace {

constexpr int most_terms = 10'000;
constexpr double nearly_zero = 1e-300;

double not_zero(double value) { return std::abs(value) < nearly_zero ? nearly_zero : value; }

// The continued fraction of the incomplete beta function (Abramowitz and Stegun 26.5.8) by the method of
// Lentz as Thompson and Barnett changed it; it is short for x < (a + 1) / (a + b + 2).
double beta_fraction(double a, double b, double x) {
  double numerator = 1;
  double denominator = 1 / not_zero(1 - (a + b) * x / (a + 1));
  double fraction = denominator;
  for (int m = 1; m < most_terms; ++m) {
    double const i = m;
    double const even = i * (b - i) * x / ((a + 2 * i - 1) * (a + 2 * i));
    denominator = 1 / not_zero(1 + even * denominator);
    numerator = not_zero(1 + even / numerator);
    fraction *= denominator * numerator;
    double const odd = -(a + i) * (a + b + i) * x / ((a + 2 * i) * (a + 2 * i + 1));
    denominator = 1 / not_zero(1 + odd * denominator);
    numerator = not_zero(1 + odd / numerator);
    double const change = denominator * numerator;
    fraction *= change;
    if (std::abs(change - 1) < 1e-10) break;
  }
  return fraction;
}

}  // namespace

double beta_below(double a, double b, double x) {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  double const front =
      std::exp(std::lgamma(a + b) - std::lgamma(a) - std::lgamma(b) + a * std::log(x) + b * std::log1p(-x));
  if (x < (a + 1) / (a + b + 2)) return front * beta_fraction(a, b, x) / a;
  return 1 - front * beta_fraction(b, a, 1 - x) / b;
}

double beta_quantile(double a, double b, double probability) {
  double low = 0, high = 1;
  while (high - low > 1e-9 * high && high > 1e-12) {
    double const middle = (low + high) / 2;
    (beta_below(a, b, middle) < probability ? low : high) = middle;
  }
  return (low + high) / 2;
}

}  // namespace postern::whatif

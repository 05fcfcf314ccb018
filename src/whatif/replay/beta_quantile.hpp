// Quantiles of the beta distribution, from which the limits of a share follow (Clopper and Pearson 1934).
#pragma once

namespace postern::whatif {

// The `x` below which a Beta(a, b) variable lies with `probability`. `a` and `b`: above zero.
double beta_quantile(double a, double b, double probability);

// The probability that a Beta(a, b) variable lies below `x`: the regularized incomplete beta function.
double beta_below(double a, double b, double x);

}  // namespace postern::whatif

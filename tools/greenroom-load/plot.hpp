// Line plots as SVG, whose colours are the page's.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace greenroom::load {

struct curve {
  std::string name;
  std::vector<std::pair<double, double>> points;
};

struct plot {
  std::string title;
  std::string unit; ///< Of y.
  std::vector<curve> curves;
  /// Where to mark x, and how; empty: round numbers.
  std::vector<std::pair<double, std::string>> x_marks;
  std::string x_label;
  bool is_logarithmic = false; ///< In y.
};

/// @returns A figure; its curves have classes `c0`, `c1` and so on.
std::string draw(const plot& what);

/// @returns A number with as many digits as people read: 1.2, 340, 12 k, 3.4 M.
std::string short_number(double value);

/// @returns A time with its unit: 210 µs, 7.5 ms, 1.2 s.
std::string short_time(double us);

/// @returns Text as HTML.
std::string escaped(const std::string& text);

} // namespace greenroom::load

#include "tools/greenroom-load/plot.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace greenroom::load {

namespace {

// In units of the picture, which the page scales.
constexpr double width = 640, height = 260;
constexpr double left = 56, right = 24, top = 10, bottom = 34;
constexpr int marks_wanted = 5;
constexpr double step_pixels_min = 1.5; ///< Closer points become one, their greatest.

std::string format(const char* how, double value) {
  char text[64];
  std::snprintf(text, sizeof text, how, value);
  return text;
}

/// The next of 1, 2, 5, 10, 20, 50 and so on.
double round_step(double rough) {
  const auto power = std::pow(10, std::floor(std::log10(rough)));
  const auto digit = rough / power;
  return power * (digit <= 1 ? 1 : digit <= 2 ? 2 : digit <= 5 ? 5 : 10);
}

class canvas {
public:
  explicit canvas(const plot& what) : what_(what) { measure(); }

  std::string draw() {
    out_ = "<svg viewBox=\"0 0 640 260\" role=\"img\" aria-label=\""
           + escaped(what_.title) + "\">";
    draw_y_marks();
    draw_x_marks();
    for (std::size_t at = 0; at < what_.curves.size(); ++at)
      draw_curve(at);
    return out_ + "</svg>";
  }

private:
  void measure() {
    bool is_first = true;
    for (const auto& curve : what_.curves)
      for (const auto& [x, y] : curve.points) {
        x_min_ = is_first ? x : std::min(x_min_, x);
        x_max_ = is_first ? x : std::max(x_max_, x);
        if (y > 0 || !what_.is_logarithmic) {
          y_min_ = std::min(y_min_, y);
          y_max_ = std::max(y_max_, y);
        }
        is_first = false;
      }
    if (x_max_ <= x_min_)
      x_max_ = x_min_ + 1;
    if (what_.is_logarithmic) {
      y_min_ = std::pow(10, std::floor(std::log10(std::max(y_min_, 1e-3))));
      y_max_ = std::pow(10, std::ceil(std::log10(std::max(y_max_, y_min_ * 10))));
    } else {
      y_min_ = 0;
      y_max_ = y_max_ > 0 ? y_max_ * 1.08 : 1;
    }
  }

  double x_of(double x) const {
    return left + (x - x_min_) / (x_max_ - x_min_) * (width - left - right);
  }

  double y_of(double y) const {
    const auto share = what_.is_logarithmic ? std::log10(std::max(y, y_min_) / y_min_)
                                                / std::log10(y_max_ / y_min_)
                                            : (y - y_min_) / (y_max_ - y_min_);
    return height - bottom - share * (height - top - bottom);
  }

  void draw_y_mark(double y) {
    const auto at = format("%.1f", y_of(y));
    out_ += "<path class=\"grid\" d=\"M" + format("%.0f", left) + ' ' + at + "H"
            + format("%.0f", width - right) + "\"/><text class=\"y\" x=\""
            + format("%.0f", left - 6) + "\" y=\"" + at + "\">" + short_number(y)
            + "</text>";
  }

  void draw_y_marks() {
    if (what_.is_logarithmic) {
      const auto decades = std::lround(std::log10(y_max_ / y_min_));
      for (long decade = 0; decade <= decades; ++decade)
        draw_y_mark(y_min_ * std::pow(10, decade));
      return;
    }
    const auto step = round_step(y_max_ / marks_wanted);
    const auto steps = static_cast<int>(y_max_ / step);
    for (int at = 0; at <= steps; ++at)
      draw_y_mark(at * step);
  }

  void draw_x_mark(double x, const std::string& text) {
    const auto at = format("%.1f", x_of(x));
    out_ += "<text class=\"x\" x=\"" + at + "\" y=\""
            + format("%.0f", height - bottom + 16) + "\">" + escaped(text) + "</text>";
  }

  void draw_x_marks() {
    for (const auto& [x, text] : what_.x_marks)
      draw_x_mark(x, text);
    if (what_.x_marks.empty()) {
      const auto step = round_step((x_max_ - x_min_) / (2 * marks_wanted));
      const auto last = static_cast<int>(std::floor(x_max_ / step));
      for (auto at = static_cast<int>(std::ceil(x_min_ / step)); at <= last; ++at)
        draw_x_mark(at * step, short_number(at * step));
    }
    out_ += "<text class=\"x label\" x=\"" + format("%.0f", (left + width - right) / 2)
            + "\" y=\"" + format("%.0f", height - 4) + "\">" + escaped(what_.x_label)
            + "</text>";
  }

  void draw_curve(std::size_t number) {
    const auto& curve = what_.curves[number];
    std::string path;
    double last_x = -width;
    double peak = 0;
    for (const auto& [x, y] : curve.points) {
      peak = std::max(peak, y);
      if (x_of(x) - last_x < step_pixels_min)
        continue;
      path += (path.empty() ? 'M' : 'L') + format("%.1f", x_of(x)) + ' '
              + format("%.1f", y_of(peak));
      last_x = x_of(x);
      peak = 0;
    }
    out_ += "<path class=\"curve c" + std::to_string(number) + "\" d=\"" + path
            + "\"><title>" + escaped(curve.name) + "</title></path>";
  }

  const plot& what_;
  std::string out_;
  double x_min_ = 0, x_max_ = 1, y_min_ = 1e300, y_max_ = 0;
};

} // namespace

std::string draw(const plot& what) {
  std::string legend;
  for (std::size_t at = 0; at < what.curves.size(); ++at)
    legend += "<span class=\"key c" + std::to_string(at) + "\">"
              + escaped(what.curves[at].name) + "</span>";
  return "<figure><figcaption><b>" + escaped(what.title) + "</b> <small>"
         + escaped(what.unit) + "</small>" + legend + "</figcaption>"
         + canvas{what}.draw() + "</figure>\n";
}

std::string short_number(double value) {
  static constexpr std::pair<double, const char*> units[]{
    {1e9, " G"}, {1e6, " M"}, {1e4, " k"}};
  for (const auto& [size, unit] : units)
    if (value >= size) {
      const auto scaled = value / (size == 1e4 ? 1e3 : size);
      return format(scaled < 10 ? "%.1f" : "%.0f", scaled) + unit;
    }
  const bool is_whole = value == std::floor(value) || value >= 100;
  return format(is_whole ? "%.0f" : value >= 1 ? "%.1f" : "%.2g", value);
}

std::string short_time(double us) {
  if (us < 1e3)
    return short_number(us) + " µs";
  return us < 1e6 ? short_number(us / 1e3) + " ms" : short_number(us / 1e6) + " s";
}

std::string escaped(const std::string& text) {
  std::string result;
  for (const char each : text) {
    switch (each) {
      case '&': result += "&amp;"; break;
      case '<': result += "&lt;"; break;
      case '>': result += "&gt;"; break;
      case '"': result += "&quot;"; break;
      default: result += each;
    }
  }
  return result;
}

} // namespace greenroom::load

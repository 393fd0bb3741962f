// A small SVG canvas: named inks, strokes, markers and text. A drawing has its own light
// background, so that it reads on any page; a page that inlines it may recolour the inks by their
// CSS classes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rightsize {

// Colours by what they stand for. The palette can be told apart with every kind of colour vision
// (blue, orange and green after Okabe and Ito).
enum class Ink : std::uint8_t {
  kPaper,
  kText,
  kMuted,
  kGrid,
  kAxis,
  kModel,
  kHull,
  kFirst,   // our curve
  kSecond,  // further curves
  kThird,
  kOracle,
};

// CSS that gives every ink its light and its dark colour as a custom property ("--text"), and binds
// the classes of the drawings to it.
std::string ink_css();

struct Point {
  double x = 0.0;
  double y = 0.0;
};

struct Stroke {
  Ink ink = Ink::kText;
  double width = 1.0;
  std::string dash;  // as in stroke-dasharray; empty: solid
};

enum class Anchor : std::uint8_t { kStart, kMiddle, kEnd };

struct TextStyle {
  Ink ink = Ink::kText;
  double size = 12.0;
  Anchor anchor = Anchor::kStart;
  bool bold = false;
  bool halo = false;  // an outline in the colour of the paper, for text on top of lines
};

enum class Marker : std::uint8_t { kDot, kRing, kSquare, kStar };

class Svg {
 public:
  // `label` says what the drawing shows, for those who cannot see it.
  Svg(double width, double height, std::string_view label);

  void line(Point from, Point to, const Stroke& stroke);
  void polyline(const std::vector<Point>& points, const Stroke& stroke);
  // `note` is shown when the pointer rests on the marker; may be empty.
  void marker(Marker marker, Point centre, double radius, Ink ink, std::string_view note);
  // `colour` as in CSS.
  void bar(Point corner, double width, double height, std::string_view colour,
           std::string_view note);
  void bar(Point corner, double width, double height, Ink ink, std::string_view note);
  void frame(Point corner, double width, double height, const Stroke& stroke);
  void text(Point at, std::string_view text, const TextStyle& style);
  // Text that reads from bottom to top.
  void upright_text(Point at, std::string_view text, const TextStyle& style);
  // Text on a coloured bar.
  void text_on_bar(Point centre, std::string_view text, std::string_view colour, double size);

  std::string finish() const { return body_ + "</svg>\n"; }

 private:
  void add_bar(Point corner, double width, double height, std::string_view fill,
               std::string_view note);
  void add_text(Point at, std::string_view text, const TextStyle& style,
                std::string_view attributes);
  std::string body_;
};

// Width of sans-serif text in pixels, about.
double text_width(std::string_view text, double size, bool bold = false);
// The text, or as much of it as fits with an ellipsis.
std::string shorten(std::string_view text, double size, double width);

// Text made safe for HTML and XML, attributes included: markup is escaped, control characters and
// broken UTF-8 are replaced.
std::string escape_markup(std::string_view text);

}  // namespace rightsize

#include "lab/report/svg.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace rightsize {
namespace {

struct InkColours {
  const char* name;
  const char* light;
  const char* dark;
};

constexpr std::array<InkColours, 11> kInks = {{
    {"paper", "#ffffff", "#14191f"},
    {"text", "#1b242d", "#e7ebef"},
    {"muted", "#5a6672", "#9eaab6"},
    {"grid", "#e6eaee", "#2a323b"},
    {"axis", "#8e99a4", "#5f6b77"},
    {"model", "#77838f", "#8f9ba7"},
    {"hull", "#4a5560", "#b4bec8"},
    {"first", "#0067a5", "#5ab4ea"},
    {"second", "#c65102", "#f2a05c"},
    {"third", "#00795c", "#46c8a2"},
    {"oracle", "#8f6a00", "#e3c04a"},
}};

const InkColours& colours(Ink ink) { return kInks[static_cast<std::size_t>(ink)]; }

// Coordinates are finite whatever the figures are.
std::string number(double value) {
  return fmt::format("{:.1f}", std::isfinite(value) ? value : 0.0);
}

std::string stroke_attributes(const Stroke& stroke) {
  const InkColours& ink = colours(stroke.ink);
  std::string text = fmt::format(R"(class="s-{}" stroke="{}" stroke-width="{}" fill="none")",
                                 ink.name, ink.light, number(stroke.width));
  if (!stroke.dash.empty()) text += fmt::format(R"( stroke-dasharray="{}")", stroke.dash);
  return text;
}

std::string fill_attributes(Ink ink) {
  return fmt::format(R"(class="f-{}" fill="{}")", colours(ink).name, colours(ink).light);
}

// Filled with paper, outlined in `ink`.
std::string hollow_attributes(Ink ink) {
  const InkColours& paper = colours(Ink::kPaper);
  return fmt::format(R"(class="f-{} s-{}" fill="{}" stroke="{}" stroke-width="1.6")", paper.name,
                     colours(ink).name, paper.light, colours(ink).light);
}

std::string with_note(std::string_view element, std::string_view attributes,
                      std::string_view note) {
  if (note.empty()) return fmt::format("<{} {}/>\n", element, attributes);
  return fmt::format("<{0} {1}><title>{2}</title></{0}>\n", element, attributes,
                     escape_markup(note));
}

std::string point_list(const std::vector<Point>& points) {
  std::string text;
  for (const Point& point : points) {
    text += fmt::format("{}{},{}", text.empty() ? "" : " ", number(point.x), number(point.y));
  }
  return text;
}

std::string star_points(Point centre, double radius) {
  std::vector<Point> corners;
  for (int i = 0; i < 10; ++i) {
    const double r = i % 2 == 0 ? radius : 0.45 * radius;
    const double angle = -std::numbers::pi / 2 + i * std::numbers::pi / 5;
    corners.push_back({centre.x + r * std::cos(angle), centre.y + r * std::sin(angle)});
  }
  return point_list(corners);
}

// Bytes of the valid UTF-8 sequence at the front of `text`; 0 if there is none.
std::size_t sequence_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead < 0xC2 || lead > 0xF4) return 0;
  const std::size_t length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if (text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  // Overlong forms, surrogates and numbers beyond Unicode.
  const bool bad = (lead == 0xE0 && byte(1) < 0xA0) || (lead == 0xED && byte(1) > 0x9F) ||
                   (lead == 0xF0 && byte(1) < 0x90) || (lead == 0xF4 && byte(1) > 0x8F);
  return bad ? 0 : length;
}

// In units of the font size, after the widths of common sans-serif fonts.
double character_width(char c) {
  constexpr std::string_view kNarrow = "ijlI.,:;'|!()[] ";
  constexpr std::string_view kWide = "mwMW%@";
  if (kNarrow.find(c) != std::string_view::npos) return 0.33;
  if (kWide.find(c) != std::string_view::npos) return 0.92;
  return c >= 'A' && c <= 'Z' ? 0.69 : 0.59;
}

}  // namespace

std::string ink_css() {
  std::string light;
  std::string dark;
  std::string classes;
  for (const InkColours& ink : kInks) {
    light += fmt::format("--{}:{};", ink.name, ink.light);
    dark += fmt::format("--{}:{};", ink.name, ink.dark);
    classes += fmt::format(".f-{0}{{fill:var(--{0})}}.s-{0}{{stroke:var(--{0})}}\n", ink.name);
  }
  return fmt::format(
      ":root{{color-scheme:light dark;{}}}\n"
      "@media screen and (prefers-color-scheme:dark){{:root{{{}}}}}\n{}",
      light, dark, classes);
}

Svg::Svg(double width, double height, std::string_view label)
    : body_(fmt::format(
          R"(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {0} {1}" width="{0}" )"
          R"(height="{1}" role="img" aria-label="{2}" )"
          R"(font-family="system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif">)"
          "\n<rect width=\"{0}\" height=\"{1}\" {3}/>\n",
          number(width), number(height), escape_markup(label), fill_attributes(Ink::kPaper))) {}

void Svg::line(Point from, Point to, const Stroke& stroke) {
  body_ += fmt::format(R"(<line x1="{}" y1="{}" x2="{}" y2="{}" {}/>)"
                       "\n",
                       number(from.x), number(from.y), number(to.x), number(to.y),
                       stroke_attributes(stroke));
}

void Svg::polyline(const std::vector<Point>& points, const Stroke& stroke) {
  body_ += fmt::format(R"(<polyline points="{}" {} stroke-linejoin="round"/>)"
                       "\n",
                       point_list(points), stroke_attributes(stroke));
}

void Svg::marker(Marker marker, Point centre, double radius, Ink ink, std::string_view note) {
  const std::string circle =
      fmt::format(R"(cx="{}" cy="{}" r="{}" )", number(centre.x), number(centre.y), number(radius));
  switch (marker) {
    case Marker::kDot:
      body_ += with_note("circle", circle + fill_attributes(ink), note);
      break;
    case Marker::kRing:
      body_ += with_note("circle", circle + hollow_attributes(ink), note);
      break;
    case Marker::kSquare:
      body_ += with_note(
          "rect",
          fmt::format(R"(x="{0}" y="{1}" width="{2}" height="{2}" {3})", number(centre.x - radius),
                      number(centre.y - radius), number(2 * radius), hollow_attributes(ink)),
          note);
      break;
    case Marker::kStar:
      body_ += with_note("polygon",
                         fmt::format(R"(points="{}" {} stroke-linejoin="round")",
                                     star_points(centre, radius), hollow_attributes(ink)),
                         note);
      break;
  }
}

void Svg::bar(Point corner, double width, double height, std::string_view colour,
              std::string_view note) {
  add_bar(corner, width, height, fmt::format(R"(fill="{}")", colour), note);
}

void Svg::bar(Point corner, double width, double height, Ink ink, std::string_view note) {
  add_bar(corner, width, height, fill_attributes(ink), note);
}

void Svg::add_bar(Point corner, double width, double height, std::string_view fill,
                  std::string_view note) {
  body_ +=
      with_note("rect",
                fmt::format(R"(x="{}" y="{}" width="{}" height="{}" {})", number(corner.x),
                            number(corner.y), number(std::max(0.0, width)), number(height), fill),
                note);
}

void Svg::frame(Point corner, double width, double height, const Stroke& stroke) {
  body_ += fmt::format(R"(<rect x="{}" y="{}" width="{}" height="{}" {}/>)"
                       "\n",
                       number(corner.x), number(corner.y), number(std::max(0.0, width)),
                       number(height), stroke_attributes(stroke));
}

void Svg::add_text(Point at, std::string_view text, const TextStyle& style,
                   std::string_view attributes) {
  constexpr std::array<const char*, 3> kAnchors = {"start", "middle", "end"};
  const char* anchor = kAnchors[static_cast<std::size_t>(style.anchor)];
  const std::string open = fmt::format(
      R"(<text x="{}" y="{}" font-size="{}" text-anchor="{}"{} {} )", number(at.x), number(at.y),
      number(style.size), anchor, style.bold ? R"( font-weight="600")" : "", attributes);
  if (style.halo) {
    const InkColours& paper = colours(Ink::kPaper);
    body_ +=
        fmt::format(R"({}class="f-{} s-{}" fill="{}" stroke="{}" stroke-width="3.5" )"
                    R"(stroke-linejoin="round" aria-hidden="true">{}</text>)"
                    "\n",
                    open, paper.name, paper.name, paper.light, paper.light, escape_markup(text));
  }
  body_ += fmt::format("{}{}>{}</text>\n", open, fill_attributes(style.ink), escape_markup(text));
}

void Svg::text(Point at, std::string_view text, const TextStyle& style) {
  add_text(at, text, style, "");
}

void Svg::upright_text(Point at, std::string_view text, const TextStyle& style) {
  add_text(at, text, style,
           fmt::format("transform=\"rotate(-90 {} {})\"", number(at.x), number(at.y)));
}

void Svg::text_on_bar(Point centre, std::string_view text, std::string_view colour, double size) {
  body_ += fmt::format(R"(<text x="{}" y="{}" font-size="{}" text-anchor="middle" fill="{}">{})"
                       "</text>\n",
                       number(centre.x), number(centre.y + 0.36 * size), number(size), colour,
                       escape_markup(text));
}

double text_width(std::string_view text, double size, bool bold) {
  double width = 0.0;
  for (const char c : text) {
    const bool continues = (static_cast<unsigned char>(c) & 0xC0) == 0x80;
    if (!continues) width += character_width(c);
  }
  return width * size * (bold ? 1.08 : 1.0);
}

std::string shorten(std::string_view text, double size, double width) {
  if (text_width(text, size) <= width) return std::string(text);
  std::string kept;
  while (!text.empty()) {
    const std::size_t length = std::max<std::size_t>(1, sequence_length(text));
    if (text_width(kept, size) + text_width(text.substr(0, length), size) + size > width) break;
    kept += text.substr(0, length);
    text.remove_prefix(length);
  }
  return kept + "…";
}

std::string escape_markup(std::string_view text) {
  constexpr const char* kReplacement = "\uFFFD";
  std::string safe;
  while (!text.empty()) {
    const std::size_t length = sequence_length(text);
    const char c = text.front();
    if (c == '&') {
      safe += "&amp;";
    } else if (c == '<') {
      safe += "&lt;";
    } else if (c == '>') {
      safe += "&gt;";
    } else if (c == '"') {
      safe += "&quot;";
    } else if (c == '\'') {
      safe += "&#39;";
    } else if (length == 0 || static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      safe += c == '\n' || c == '\t' ? " " : kReplacement;
    } else {
      safe += text.substr(0, length);
    }
    text.remove_prefix(std::max<std::size_t>(1, length));
  }
  return safe;
}

}  // namespace rightsize

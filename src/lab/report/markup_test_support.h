// Checks of HTML and SVG for the tests of reports.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <regex>
#include <string>
#include <vector>

namespace rightsize {

inline bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// Every opened element is closed in order; only elements that close themselves stand alone.
inline void expect_well_formed(const std::string& markup) {
  std::vector<std::string> open;
  const std::regex tag(R"(<(/?)([A-Za-z][A-Za-z0-9]*)((?:\s+[-:A-Za-z0-9]+="[^"<]*")*)\s*(/?)>)");
  std::size_t tags = 0;
  for (std::sregex_iterator it(markup.begin(), markup.end(), tag), end; it != end; ++it) {
    ++tags;
    const std::smatch& match = *it;
    if (match[1].length() > 0) {
      ASSERT_FALSE(open.empty()) << match.str();
      ASSERT_EQ(open.back(), match[2].str());
      open.pop_back();
    } else if (match[4].length() == 0) {
      open.push_back(match[2].str());
    }
  }
  EXPECT_TRUE(open.empty()) << open.back();
  // Nothing that looks like markup was overlooked.
  const auto brackets = static_cast<std::size_t>(std::count(markup.begin(), markup.end(), '<'));
  EXPECT_EQ(tags + (markup.starts_with("<!DOCTYPE") ? 1 : 0), brackets);
}

inline void expect_finite(const std::string& svg) {
  EXPECT_TRUE(svg.starts_with("<svg ")) << svg.substr(0, 40);
  const std::regex attribute(
      R"re( (x|y|x1|x2|y1|y2|cx|cy|r|width|height|points|transform|font-size)="([^"]*)")re");
  const std::regex value(R"((rotate\()?-?[0-9.]+([ ,]-?[0-9.]+)*\)?)");
  for (std::sregex_iterator it(svg.begin(), svg.end(), attribute), end; it != end; ++it) {
    EXPECT_TRUE(std::regex_match((*it)[2].str(), value)) << it->str();
  }
}

// Nothing is loaded and nothing runs; links within the page are no loading.
inline void expect_fetches_nothing(std::string html) {
  const std::string svg_namespace = "xmlns=\"http://www.w3.org/2000/svg\"";
  for (std::size_t at = 0; (at = html.find(svg_namespace)) != std::string::npos;) {
    html.erase(at, svg_namespace.size());
  }
  const std::regex local(R"re( href="#[-_A-Za-z0-9]+")re");
  html = std::regex_replace(html, local, "");
  for (const char* reference : {"http://", "https://", "<script", "<link", "<img", "@import",
                                "url(", "src=", "href=", "javascript:"}) {
    EXPECT_FALSE(contains(html, reference)) << reference;
  }
}

}  // namespace rightsize

#include "lab/paper/reproduction_html.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "lab/paper/plot.h"
#include "lab/report/html_parts.h"
#include "lab/report/svg.h"

namespace rightsize {
namespace {

// What the page has beyond an evaluation's report.
constexpr const char* kStyle = R"(
.yes{--edge:var(--third)}.partly{--edge:var(--oracle)}.no{--edge:var(--second)}
.not_measured{--edge:var(--muted)}
.badge{display:inline-block;border:1px solid var(--edge);color:var(--edge);border-radius:999px;
  padding:0 9px;font-size:13px;font-weight:600;white-space:nowrap}
.summary{--edge:var(--first)}
.summary p{margin:4px 0;font-size:16px}
.contents{columns:2 420px;column-gap:36px;margin:8px 0 0;padding:0;list-style:none}
.contents li{display:flex;justify-content:space-between;align-items:baseline;gap:14px;
  break-inside:avoid;border-bottom:1px solid var(--grid);padding:4px 0}
a{color:inherit;text-decoration-color:var(--axis);text-underline-offset:3px}
.exhibit{scroll-margin-top:12px}
.exhibit h2{margin-bottom:2px}
.exhibit table{width:auto}
.exhibit th,.exhibit td{white-space:nowrap;padding:4px 14px}
.exhibit .words{text-align:left;white-space:normal;min-width:9em}
.exhibit .number{text-align:right}
.paper,.finding{border:1px solid var(--grid);border-left:5px solid var(--axis);border-radius:6px;
  padding:8px 16px;margin:14px 0 0;max-width:none}
.paper{color:var(--muted)}
.finding{border-left-color:var(--edge)}
.finding .badge{margin-right:8px}
.notes li{max-width:90ch;margin:4px 0}
pre{white-space:pre-wrap;overflow-wrap:anywhere}
@media print{
  .paper,.finding{break-inside:avoid}
  a{text-decoration:none}
}
)";

std::string paragraph(const char* look, const std::string& text) {
  return fmt::format("<p class=\"{}\">{}</p>\n", look, escape_markup(text));
}

std::string badge(Holds holds) {
  return fmt::format("<span class=\"badge {}\">{}</span>", to_string(holds), holds_words(holds));
}

// The id as it may stand in an address.
std::string anchor(const Exhibit& exhibit) {
  std::string name = exhibit.id;
  const auto odd = [](unsigned char c) {
    return c >= 0x80 || (std::isalnum(c) == 0 && c != '-' && c != '_');
  };
  std::replace_if(name.begin(), name.end(), odd, '-');
  return "exhibit-" + name;
}

std::string facts(const Reproduction& reproduction) {
  const Provenance& from = reproduction.provenance;
  return "<dl class=\"facts\">\n" + fact("zoo", reproduction.zoo) + fact("data", from.data) +
         fact("inputs", std::to_string(reproduction.inputs)) + fact("device", from.device) +
         fact("runtime", from.runtime) + fact("profiled", from.date) + fact("run", from.run_id) +
         fact("rightsize", from.version) + "</dl>\n";
}

std::string summary(const Reproduction& reproduction) {
  std::string text =
      "<section class=\"verdict summary\">\n" + paragraph("headline", holds_count(reproduction));
  for (const std::string& sentence : reproduction.summary) text += paragraph("sentence", sentence);
  return text + "</section>\n";
}

std::string contents(const Reproduction& reproduction) {
  if (reproduction.exhibits.empty()) return {};
  std::string items;
  for (const Exhibit& exhibit : reproduction.exhibits) {
    items += fmt::format("<li><a href=\"#{}\">{}</a> {}</li>\n", anchor(exhibit),
                         escape_markup(exhibit.title), badge(exhibit.holds));
  }
  return "<nav>\n<h2>Exhibits</h2>\n<ul class=\"contents\">\n" + items + "</ul>\n</nav>\n";
}

// A row of a table; `element` of its first cell is a heading, of the head's cells all are.
std::string table_row(const std::vector<ExhibitColumn>& columns,
                      const std::vector<std::string>& cells, bool head) {
  std::string row = "<tr>";
  for (std::size_t c = 0; c < columns.size(); ++c) {
    const char* element = head || c == 0 ? "th" : "td";
    const char* scope = head ? " scope=\"col\"" : c == 0 ? " scope=\"row\"" : "";
    row += fmt::format("<{0}{1} class=\"{2}\">{3}</{0}>", element, scope,
                       columns[c].number ? "number" : "words",
                       escape_markup(head ? columns[c].name : cell_of(cells, c)));
  }
  return row + "</tr>\n";
}

std::string table(const Exhibit& exhibit) {
  const std::vector<ExhibitColumn> columns = columns_of(exhibit);
  if (columns.empty()) return {};
  std::string rows;
  for (std::size_t r = 1; r < exhibit.table.size(); ++r) {
    rows += table_row(columns, exhibit.table[r], false);
  }
  return "<div class=\"scroll\"><table>\n<thead>" + table_row(columns, {}, true) +
         "</thead>\n<tbody>\n" + rows + "</tbody></table></div>\n";
}

std::string section(const Exhibit& exhibit) {
  std::string text = fmt::format("<section class=\"exhibit\" id=\"{}\">\n<h2>{}</h2>\n",
                                 anchor(exhibit), escape_markup(exhibit.title)) +
                     paragraph("lead", exhibit.question) + table(exhibit);
  for (const Plot& plot : exhibit.plots) text += "<figure>\n" + exhibit_plot(plot) + "</figure>\n";
  if (!exhibit.paper.empty()) {
    text += "<p class=\"paper\"><b>The paper:</b> " + escape_markup(exhibit.paper) + "</p>\n";
  }
  return text + fmt::format("<p class=\"finding {}\">{} {}</p>\n</section>\n",
                            to_string(exhibit.holds), badge(exhibit.holds),
                            escape_markup(exhibit.finding));
}

std::string closing(const Reproduction& reproduction) {
  std::string text;
  if (!reproduction.notes.empty()) {
    text += "<section>\n<h2>How it was measured</h2>\n<ul class=\"notes\">\n";
    for (const std::string& note : reproduction.notes) {
      text += "<li>" + escape_markup(note) + "</li>\n";
    }
    text += "</ul>\n</section>\n";
  }
  if (reproduction.command.empty()) return text;
  return text + "<section>\n<h2>This page again</h2>\n<pre><code>" +
         escape_markup(reproduction.command) + "</code></pre>\n</section>\n";
}

}  // namespace

std::string reproduction_html(const Reproduction& reproduction) {
  std::string body = summary(reproduction) + facts(reproduction) + contents(reproduction);
  for (const Exhibit& exhibit : reproduction.exhibits) body += section(exhibit);
  const std::string title = escape_markup(fmt::format(
      "The paper's evaluation: {} on {}", reproduction.zoo, reproduction.provenance.data));
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
      "<title>{0}: rightsize reproduction</title>\n<style>\n{1}{2}</style>\n</head>\n<body>\n"
      "<main>\n<p class=\"eyebrow\">Rightsize reproduction</p>\n<h1>{0}</h1>\n{3}{4}</main>\n"
      "</body>\n</html>\n",
      title, report_css(), kStyle, body, closing(reproduction));
}

}  // namespace rightsize

#include "lab/paper/reproduction_markdown.h"

#include <fmt/format.h>

#include <cctype>
#include <string_view>

namespace rightsize {
namespace {

bool is_word(std::string_view text, std::size_t i) {
  return i < text.size() && std::isalnum(static_cast<unsigned char>(text[i])) != 0;
}

bool is_markup(std::string_view text, std::size_t i) {
  constexpr std::string_view kAlways = "\\`*<>|~$&#";
  const char next = i + 1 < text.size() ? text[i + 1] : ' ';
  // An underscore within a word ("gnmt_2_layer") is none, nor are brackets that begin no link.
  if (text[i] == '_') return !(i > 0 && is_word(text, i - 1) && is_word(text, i + 1));
  if (text[i] == ']') return next == '(' || next == '[' || next == ':';
  return kAlways.find(text[i]) != std::string_view::npos;
}

// On one line, nothing in it markup.
std::string plain(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool control = static_cast<unsigned char>(text[i]) < 0x20 || text[i] == 0x7F;
    if (is_markup(text, i)) out += '\\';
    out += control ? ' ' : text[i];
  }
  return out;
}

// The first character of a paragraph may begin a list as well.
std::string paragraph(const std::string& text) {
  const bool list = text.starts_with('-') || text.starts_with('+') || text.starts_with('=');
  return (list ? "\\" : "") + plain(text) + "\n\n";
}

std::string row(const std::vector<std::string>& cells) {
  std::string line = "|";
  for (const std::string& cell : cells) line += cell.empty() ? " |" : " " + plain(cell) + " |";
  return line + "\n";
}

std::string table(const Exhibit& exhibit) {
  const std::vector<ExhibitColumn> columns = columns_of(exhibit);
  if (columns.empty()) return {};
  std::vector<std::string> names;
  std::string rule = "|";
  for (const ExhibitColumn& column : columns) {
    names.push_back(column.name);
    rule += column.number ? "---:|" : "---|";
  }
  std::string text = row(names) + rule + "\n";
  for (std::size_t r = 1; r < exhibit.table.size(); ++r) {
    std::vector<std::string> cells;
    for (std::size_t c = 0; c < columns.size(); ++c) cells.push_back(cell_of(exhibit.table[r], c));
    text += row(cells);
  }
  return text + "\n";
}

std::string section(const Exhibit& exhibit) {
  std::string text = "### " + plain(exhibit.title) + "\n\n";
  if (!exhibit.question.empty()) text += paragraph(exhibit.question);
  text += table(exhibit);
  if (!exhibit.paper.empty()) text += "**The paper:** " + plain(exhibit.paper) + "\n\n";
  return text + fmt::format("**Here ({}):** {}\n\n", holds_words(exhibit.holds),
                            exhibit.finding.empty() ? "–" : plain(exhibit.finding));
}

std::string overview(const Reproduction& reproduction) {
  if (reproduction.exhibits.empty()) return {};
  std::string text = "| exhibit | the paper's finding |\n|---|---|\n";
  for (const Exhibit& exhibit : reproduction.exhibits) {
    text += row({exhibit.title, holds_words(exhibit.holds)});
  }
  return text + "\n";
}

std::string closing(const Reproduction& reproduction) {
  std::string text;
  if (!reproduction.notes.empty()) {
    text += "### How it was measured\n\n";
    for (const std::string& note : reproduction.notes) text += "- " + plain(note) + "\n";
    text += "\n";
  }
  if (reproduction.command.empty()) return text;
  // Indented rather than fenced: whatever stands in it, it ends nothing.
  return text + "These figures again:\n\n    " + reproduction.command + "\n";
}

}  // namespace

std::string reproduction_markdown(const Reproduction& reproduction) {
  const Provenance& from = reproduction.provenance;
  std::string text = paragraph(fmt::format(
      "{} on {}, {} inputs; {}, {}, {} (run {}, rightsize {}).", reproduction.zoo, from.data,
      reproduction.inputs, from.device, from.runtime, from.date, from.run_id, from.version));
  text += holds_count(reproduction) + ".\n\n";
  for (const std::string& sentence : reproduction.summary) text += paragraph(sentence);
  text += overview(reproduction);
  for (const Exhibit& exhibit : reproduction.exhibits) text += section(exhibit);
  text += closing(reproduction);
  while (text.ends_with("\n\n")) text.pop_back();
  return text;
}

}  // namespace rightsize

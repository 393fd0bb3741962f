#include "lab/paper/reproduction_text.h"

#include <fmt/format.h>

#include "core/terminal_text.h"

namespace rightsize {
namespace {

constexpr std::size_t kLineWidth = 100;

std::string lines(const std::string& text) {
  return text.empty() ? std::string() : wrapped(text, kLineWidth) + "\n";
}

std::string section(const Exhibit& exhibit) {
  std::string text = exhibit.title + "\n" + std::string(terminal_columns(exhibit.title), '=') +
                     "\n" + lines(exhibit.question) + "\n";
  if (!exhibit.table.empty()) text += text_table(exhibit.table) + "\n";
  if (!exhibit.paper.empty()) text += lines("The paper: " + exhibit.paper);
  return text + lines(fmt::format("Here ({}): {}", holds_words(exhibit.holds), exhibit.finding)) +
         "\n";
}

}  // namespace

std::string reproduction_text(const Reproduction& reproduction) {
  const Provenance& from = reproduction.provenance;
  std::string text = fmt::format("{} on {}: {} inputs\n{}, {}, {}\n\n", reproduction.zoo, from.data,
                                 reproduction.inputs, from.device, from.runtime, from.date);
  for (const Exhibit& exhibit : reproduction.exhibits) text += section(exhibit);
  for (const std::string& note : reproduction.notes) text += lines("Note: " + note);
  if (!reproduction.command.empty()) text += "Command: " + reproduction.command + "\n";
  text += "\n" + lines(holds_count(reproduction) + ".");
  for (const std::string& sentence : reproduction.summary) text += lines(sentence);
  return printable(text);
}

}  // namespace rightsize

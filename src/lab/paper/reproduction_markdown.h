// The reproduction of the paper as Markdown, without its plots: an overview, then a third-level
// heading, a table, the paper's figures and the finding for each exhibit. All texts are taken as
// plain text: what Markdown would read as markup is escaped.
#pragma once

#include <string>

#include "lab/paper/exhibit.h"

namespace rightsize {

std::string reproduction_markdown(const Reproduction& reproduction);

}  // namespace rightsize

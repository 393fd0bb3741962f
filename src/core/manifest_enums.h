// The words that manifests and selector files use for enumerations, in one place for both formats.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/manifest.h"

namespace rightsize {

template <typename Enum>
struct EnumWords;

template <>
struct EnumWords<Layout> {
  static constexpr std::array kWords = {std::pair{Layout::kNchw, "NCHW"},
                                        std::pair{Layout::kNhwc, "NHWC"}};
};
template <>
struct EnumWords<ColourOrder> {
  static constexpr std::array kWords = {std::pair{ColourOrder::kRgb, "RGB"},
                                        std::pair{ColourOrder::kBgr, "BGR"}};
};
template <>
struct EnumWords<CropMode> {
  static constexpr std::array kWords = {std::pair{CropMode::kCentreSquare, "centre-square"},
                                        std::pair{CropMode::kBothSides, "both-sides"}};
};
template <>
struct EnumWords<Filter> {
  static constexpr std::array kWords = {std::pair{Filter::kArea, "area"},
                                        std::pair{Filter::kBilinear, "bilinear"},
                                        std::pair{Filter::kBicubic, "bicubic"}};
};
template <>
struct EnumWords<OutputKind> {
  static constexpr std::array kWords = {std::pair{OutputKind::kLogits, "logits"},
                                        std::pair{OutputKind::kProbabilities, "probabilities"}};
};
template <>
struct EnumWords<Decoding> {
  static constexpr std::array kWords = {std::pair{Decoding::kGreedy, "greedy"},
                                        std::pair{Decoding::kBeam, "beam"},
                                        std::pair{Decoding::kDrafted, "drafted"}};
};
template <>
struct EnumWords<BeamStop> {
  static constexpr std::array kWords = {std::pair{BeamStop::kFinished, "finished"},
                                        std::pair{BeamStop::kNoneCanWin, "none-can-win"}};
};

template <typename Enum>
std::optional<Enum> enum_from_text(std::string_view text) {
  for (const auto& [value, word] : EnumWords<Enum>::kWords) {
    if (text == word) return value;
  }
  return std::nullopt;
}

template <typename Enum>
const char* enum_to_text(Enum wanted) {
  for (const auto& [value, word] : EnumWords<Enum>::kWords) {
    if (value == wanted) return word;
  }
  return "?";
}

// "a", "b" or "c", for messages.
template <typename Enum>
std::string enum_choices() {
  std::string text;
  for (const auto& [value, word] : EnumWords<Enum>::kWords) {
    text += std::string(text.empty() ? "" : ", ") + "\"" + word + "\"";
  }
  return text;
}

}  // namespace rightsize

#include "core/toml_text.h"

#include <initializer_list>

namespace rightsize {
namespace {

// U+F0000 + c is these four bytes: kPlane15, 0xB0 + bits 12 to 15 of c, and two of six bits each.
constexpr unsigned char kPlane15 = 0xF3;

unsigned byte_at(std::string_view text, std::size_t i) {
  return i < text.size() ? static_cast<unsigned char>(text[i]) : 0;
}
unsigned low_bits(std::string_view text, std::size_t i) { return byte_at(text, i) & 0x3FU; }

void append(std::string& text, std::initializer_list<unsigned> bytes) {
  for (const unsigned byte : bytes) text += static_cast<char>(byte);
}

bool is_private(std::string_view text, std::size_t i) {
  return byte_at(text, i) == kPlane15 && byte_at(text, i + 1) >= 0xB0;
}

}  // namespace

std::string shield_toml(std::string_view toml) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  std::size_t i = toml.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
  std::string shielded(toml.substr(0, i));
  while (i < toml.size()) {
    const unsigned lead = byte_at(toml, i);
    const std::size_t length = lead < 0xC0 || lead >= 0xF0 ? 1 : (lead < 0xE0 ? 2 : 3);
    unsigned c = lead & (length == 2 ? 0x1FU : 0x0FU);
    for (std::size_t k = 1; k < length; ++k) c = c << 6 | low_bits(toml, i + k);
    if (length == 1)
      shielded += toml[i];
    else
      append(shielded, {kPlane15, 0xB0 | c >> 12, 0x80 | (c >> 6 & 0x3F), 0x80 | (c & 0x3F)});
    i += length;
  }
  return shielded;
}

std::string unshield_toml(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!is_private(text, i)) {
      plain += text[i];
      continue;
    }
    const unsigned c =
        (byte_at(text, i + 1) & 0x0F) << 12 | low_bits(text, i + 2) << 6 | low_bits(text, i + 3);
    if (c < 0x800)
      append(plain, {0xC0 | c >> 6, 0x80 | (c & 0x3F)});
    else
      append(plain, {0xE0 | c >> 12, 0x80 | (c >> 6 & 0x3F), 0x80 | (c & 0x3F)});
    i += 3;
  }
  return plain;
}

int line_of_private_character(std::string_view toml) {
  int line = 1;
  for (std::size_t i = 0; i < toml.size(); ++i) {
    if (toml[i] == '\n') ++line;
    if (is_private(toml, i)) return line;
  }
  return 0;
}

}  // namespace rightsize

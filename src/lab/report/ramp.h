// A ramp of fill colours for ordered parts, and the colour of text on them.
#pragma once

#include <cstddef>
#include <string>

namespace rightsize {

// Red, green and blue from 0 to 255.
struct Colour {
  double red = 0.0;
  double green = 0.0;
  double blue = 0.0;
};

// From light (0) to dark (1): yellow, green, blue, after ColorBrewer's YlGnBu, which can be told
// apart with every kind of colour vision and in print.
Colour ramp(double part);
// The part of place `rank` among `count`.
Colour ramp_of(std::size_t rank, std::size_t count);

// "#eef1a3"
std::string css(const Colour& colour);
// Light or dark, whichever can be read on the colour.
const char* ink_on(const Colour& colour);

}  // namespace rightsize

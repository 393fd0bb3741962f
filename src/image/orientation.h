// EXIF orientation: how a photo was held, and turning it upright.
//
// Values are those of EXIF tag 0x0112: 1 upright, 2 mirrored, 3 upside down, 4 flipped, 5
// transposed, 6 to be turned 90 degrees clockwise, 7 transposed along the other diagonal, 8 to be
// turned 90 degrees anticlockwise.
//
// Threading: functions without shared state; call them from any thread.
#pragma once

#include <cstddef>
#include <span>

#include "image/decode.h"

namespace rightsize {

inline constexpr int kUpright = 1;

// The orientation stored in EXIF data (TIFF structure, with or without the lead "Exif\0\0");
// kUpright if there is none or the data is damaged.
int exif_orientation(std::span<const std::byte> exif);

// The image as it is meant to be seen; width and height change places for orientations 5 to 8.
Image turn_upright(Image image, int orientation);

}  // namespace rightsize

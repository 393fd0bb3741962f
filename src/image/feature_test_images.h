// Pictures for the tests of features: of every awkward size, of nothing but noise, like photos,
// with known shapes, and real photos where there are some.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <opencv2/imgproc.hpp>
#include <string>
#include <utility>
#include <vector>

#include "core/file.h"
#include "image/classification.h"
#include "image/decode.h"
#include "image/plane.h"
#include "tests/support.h"

namespace rightsize::test {

inline Image as_image(const cv::Mat& rgb) {
  return {rgb.cols, rgb.rows, std::vector<std::uint8_t>(rgb.data, rgb.data + rgb.total() * 3)};
}
inline cv::Mat as_mat(const Image& image) {
  cv::Mat mat(image.height, image.width, CV_8UC3);
  std::copy(image.rgb.begin(), image.rgb.end(), mat.data);
  return mat;
}
inline cv::Mat as_mat(const Plane& plane) {
  cv::Mat mat(plane.height, plane.width, CV_8UC1);
  std::copy(plane.pixels.begin(), plane.pixels.end(), mat.data);
  return mat;
}
inline Plane as_plane(const cv::Mat& grey) {
  return {grey.cols, grey.rows, std::vector<std::uint8_t>(grey.data, grey.data + grey.total())};
}
inline bool equal(const cv::Mat& a, const cv::Mat& b) {
  return a.size() == b.size() && cv::norm(a, b, cv::NORM_INF) == 0;
}

inline cv::Mat noise(int width, int height, std::uint64_t seed) {
  cv::Mat mat(height, width, CV_8UC3);
  cv::RNG(seed).fill(mat, cv::RNG::UNIFORM, 0, 256);
  return mat;
}

// Noise in octaves, fainter the finer, as in photos.
inline cv::Mat photo_like(int width, int height, std::uint64_t seed) {
  cv::Mat picture(height, width, CV_32FC3, cv::Scalar::all(128));
  cv::RNG random(seed);
  for (int cells = 4; cells <= 256; cells *= 2) {
    cv::Mat layer(cells, cells, CV_32FC3);
    random.fill(layer, cv::RNG::UNIFORM, -1, 1);
    cv::resize(layer, layer, picture.size(), 0, 0, cv::INTER_CUBIC);
    picture += layer * (80 * std::pow(4.0 / cells, 0.5));
  }
  picture.convertTo(picture, CV_8UC3);
  return picture;
}

inline cv::Mat checker(int width, int height, int cell) {
  cv::Mat mat(height, width, CV_8UC3, cv::Scalar::all(40));
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      if ((x / cell + y / cell) % 2 == 1) mat.at<cv::Vec3b>(y, x) = {200, 220, 180};
    }
  }
  return mat;
}

// Circles, rectangles and lines of all colours on a grey ground.
inline cv::Mat drawing(int width, int height, std::uint64_t seed) {
  cv::Mat mat(height, width, CV_8UC3, cv::Scalar::all(90));
  cv::RNG random(seed);
  for (int i = 0; i < 12; ++i) {
    const cv::Point a(random.uniform(0, width), random.uniform(0, height));
    const cv::Point b(random.uniform(0, width), random.uniform(0, height));
    const cv::Scalar colour(random.uniform(0, 256), random.uniform(0, 256), random.uniform(0, 256));
    if (i % 3 == 0) cv::circle(mat, a, random.uniform(2, 60), colour, i % 2 == 0 ? cv::FILLED : 2);
    if (i % 3 == 1) cv::rectangle(mat, a, b, colour, i % 2 == 0 ? cv::FILLED : 1);
    if (i % 3 == 2) cv::line(mat, a, b, colour, 1 + i % 3, cv::LINE_AA);
  }
  return mat;
}

struct NamedImage {
  std::string name;
  Image image;
};

inline std::vector<NamedImage> synthesised_images() {
  std::vector<NamedImage> images;
  const auto add = [&](const std::string& kind, const cv::Mat& mat) {
    images.push_back(
        {kind + " " + std::to_string(mat.cols) + "x" + std::to_string(mat.rows), as_image(mat)});
  };
  for (const auto& [width, height] : std::vector<std::pair<int, int>>{
           {1, 1},    {2, 1},    {1, 2},    {2, 2},    {3, 3},     {1, 50},    {50, 1},
           {6, 6},    {7, 7},    {8, 9},    {7, 40},   {40, 7},    {17, 33},   {64, 64},
           {99, 101}, {5000, 1}, {1, 5000}, {5000, 3}, {333, 250}, {500, 375}, {641, 479}}) {
    const auto seed = static_cast<std::uint64_t>(width * 7919 + height);
    add("noise", noise(width, height, seed));
    add("photo-like", photo_like(width, height, seed));
    add("drawing", drawing(width, height, seed));
    add("flat", cv::Mat(height, width, CV_8UC3, cv::Scalar(200, 30, 90)));
  }
  for (const cv::Scalar& colour :
       {cv::Scalar::all(0), cv::Scalar::all(255), cv::Scalar::all(127)}) {
    add("grey", cv::Mat(40, 50, CV_8UC3, colour));
  }
  for (const int cell : {1, 2, 5, 16}) add("checker", checker(120, 90, cell));
  return images;
}

// The first photos of the labelled images; none on machines without.
inline std::vector<NamedImage> real_photos(std::size_t count) {
  std::vector<std::filesystem::path> paths;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(imagenet_folder() / "val", error)) {
    if (is_image_name(entry.path())) paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  paths.resize(std::min(count, paths.size()));
  std::vector<NamedImage> photos;
  for (const auto& path : paths) {
    const auto bytes = read_bytes(path);
    if (!bytes.ok()) continue;
    Result<Image> image = decode_image(*bytes);
    if (image.ok()) photos.push_back({path.filename().string(), std::move(*image)});
  }
  return photos;
}

}  // namespace rightsize::test

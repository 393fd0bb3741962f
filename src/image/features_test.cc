// Proves that the 29 features are those that their definitions say, computed again with OpenCV on
// synthesised pictures and real photos; that they do not depend on order and history; that nothing
// is allocated for a second image of a size; and that options and bad input are refused.
#include "image/features.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <numeric>
#include <string>
#include <vector>

#include "image/feature_oracle.h"
#include "image/feature_test_images.h"
#include "tests/count_allocations.h"

namespace rightsize {
namespace {

using Values = std::array<float, kImageFeatures>;
// Places in the paper's order.
constexpr std::size_t kAverage = 1;
constexpr std::size_t kLongEdges = 12;
constexpr std::size_t kAreaByPerim = 20;
constexpr std::size_t kAspectRatio = 21;
constexpr std::size_t kHue = 22;
constexpr float kUntouched = -7;

Values untouched() {
  Values values;
  values.fill(kUntouched);
  return values;
}

void extract_all(ImageFeatures& features, const Image& image, Values& values) {
  features.begin(image);
  for (std::size_t group = 0; group < kImageFeatureGroups; ++group) {
    const Status status = features.extract(group, values);
    ASSERT_TRUE(status.ok()) << status.message();
  }
}

ImageFeatures make(int max_side) { return *ImageFeatures::make({.max_side = max_side}); }

Values all_of(const Image& image, int max_side) {
  ImageFeatures features = make(max_side);
  Values values = untouched();
  extract_all(features, image, values);
  return values;
}

// ---- The definitions, with OpenCV ----

cv::Mat working_image(const Image& image, int max_side) {
  Reducer reducer;
  WorkingImage working;
  EXPECT_TRUE(reducer.reduce(image, max_side, working).ok());
  cv::Mat rgb;
  cv::merge(std::vector<cv::Mat>{test::as_mat(working.red), test::as_mat(working.green),
                                 test::as_mat(working.blue)},
            rgb);
  return rgb;
}

void expect_definitions(const test::NamedImage& named, int max_side) {
  const std::vector<double> expected =
      test::expected_features(working_image(named.image, max_side));
  const Values values = all_of(named.image, max_side);
  ASSERT_EQ(kImageFeatures, expected.size());
  for (std::size_t i = 0; i < kImageFeatures; ++i) {
    EXPECT_NEAR(expected[i], values[i], 1e-4 * std::max(1.0, expected[i] / 100))
        << named.name << ", max_side " << max_side << ", " << image_feature_set().features[i].name;
  }
}

TEST(ImageFeatures, AreAsDefinedOnSynthesisedPictures) {
  for (const auto& named : test::synthesised_images()) {
    expect_definitions(named, 0);
    expect_definitions(named, 320);
  }
}

TEST(ImageFeatures, AreAsDefinedOnRealPhotos) {
  const auto photos = test::real_photos(20);
  if (photos.empty()) GTEST_SKIP() << "no photos in " << test::imagenet_folder() / "val";
  for (const auto& named : photos) {
    expect_definitions(named, 0);
    expect_definitions(named, 320);
  }
}

// OpenCV's own hue is a float and rounds at borders, so a few pixels of noise may differ.
TEST(ImageFeatures, HuesAreThoseOfHsv) {
  const cv::Mat rgb = test::noise(300, 300, 4);
  cv::Mat values, hsv;
  rgb.convertTo(values, CV_32FC3, 1 / 255.0);
  cv::cvtColor(values, hsv, cv::COLOR_RGB2HSV);
  std::array<double, 7> shares{};
  for (const auto& pixel : cv::Mat_<cv::Vec3f>(hsv)) {
    shares[std::min<std::size_t>(6, static_cast<std::size_t>(pixel[0] / 360 * 7))] += 1 / 9e4;
  }
  const Values found = all_of(test::as_image(rgb), 0);
  for (std::size_t i = 0; i < 7; ++i) EXPECT_NEAR(shares[i], found[kHue + i], 1e-3);
}

TEST(ImageFeatures, HueOfPureColours) {
  const auto bin_of = [](std::uint8_t r, std::uint8_t g, std::uint8_t b) {
    const Values values = all_of({1, 1, {r, g, b}}, 0);
    return std::max_element(values.begin() + kHue, values.end()) - (values.begin() + kHue);
  };
  EXPECT_EQ(0, bin_of(255, 0, 0));
  EXPECT_EQ(1, bin_of(255, 255, 0));  // 60 degrees, past 51.4
  EXPECT_EQ(2, bin_of(0, 255, 0));    // 120, past 102.9
  EXPECT_EQ(3, bin_of(0, 255, 255));  // 180, past 154.3
  EXPECT_EQ(4, bin_of(0, 0, 255));    // 240, past 205.7
  EXPECT_EQ(5, bin_of(255, 0, 255));  // 300, past 257.1
  EXPECT_EQ(6, bin_of(255, 0, 1));    // just under 360
  EXPECT_EQ(0, bin_of(80, 80, 80));
  EXPECT_EQ(1, bin_of(70, 60, 0));  // exactly 60 * 6 / 7 degrees: a border
  EXPECT_EQ(0, bin_of(70, 59, 0));
}

TEST(ImageFeatures, OfARectangle) {
  cv::Mat picture(200, 300, CV_8UC3, cv::Scalar::all(0));
  cv::rectangle(picture, {50, 60}, {209, 139}, cv::Scalar::all(255), cv::FILLED);
  const Image image = test::as_image(picture);
  ImageFeatures features = make(0);
  Values values = untouched();
  extract_all(features, image, values);
  EXPECT_TRUE(features.has_object());
  EXPECT_NEAR(160.0 * 80 / (2 * (160 + 80)), values[kAreaByPerim],
              1.5);  // some pixels go to the contour
  EXPECT_NEAR(2.0, values[kAspectRatio], 0.05);
  EXPECT_NEAR(255 * 160 * 80 / 6e4, values[kAverage], 1e-3);
  EXPECT_EQ(1, values[kLongEdges]);  // one edge of more than 128 pixels
  const Image flat = test::as_image(cv::Mat(20, 20, CV_8UC3, cv::Scalar::all(9)));
  extract_all(features, flat, values);
  EXPECT_FALSE(features.has_object());
}

// ---- What callers rely on ----

TEST(ImageFeatures, TheTableIsTheInterface) {
  const FeatureSet& set = image_feature_set();
  EXPECT_STREQ("image-29", set.name);
  ASSERT_EQ(kImageFeatures, set.features.size());
  ASSERT_EQ(kImageFeatureGroups, set.groups.size());
  EXPECT_LE(set.features.size(), kMaxFeatures);
  EXPECT_LE(set.groups.size(), kMaxFeatureGroups);
  std::vector<std::string> names = {"n_keypoints",         "avg_brightness",      "brightness_rms",
                                    "avg_perc_brightness", "perc_brightness_rms", "contrast"};
  for (int i = 1; i <= 7; ++i) names.push_back("edge_length" + std::to_string(i));
  for (int i = 1; i <= 7; ++i) names.push_back("edge_angle" + std::to_string(i));
  names.insert(names.end(), {"area_by_perim", "aspect_ratio"});
  for (int i = 1; i <= 7; ++i) names.push_back("hue" + std::to_string(i));
  for (std::size_t i = 0; i < kImageFeatures; ++i) {
    const FeatureInfo& feature = set.features[i];
    EXPECT_EQ(names[i], feature.name);
    EXPECT_LT(feature.group, kImageFeatureGroups);
    EXPECT_LT(feature.low, feature.high);
    EXPECT_STRNE("", feature.unit);
    EXPECT_STRNE("", feature.definition);
  }
}

TEST(ImageFeatures, EveryGroupFillsItsPlacesAlone) {
  const Image image = test::as_image(test::drawing(400, 300, 5));
  const Values all = all_of(image, 320);
  EXPECT_THAT(all, testing::Each(testing::Ne(kUntouched)));
  for (std::size_t group = 0; group < kImageFeatureGroups; ++group) {
    ImageFeatures features = make(320);
    Values values = untouched();
    features.begin(image);
    ASSERT_TRUE(features.extract(group, values).ok());
    for (std::size_t i = 0; i < kImageFeatures; ++i) {
      const bool is_in = image_feature_set().features[i].group == group;
      EXPECT_EQ(is_in ? all[i] : kUntouched, values[i]) << image_feature_set().features[i].name;
    }
  }
}

TEST(ImageFeatures, OrderAndHistoryDoNotMatter) {
  const auto images = test::synthesised_images();
  std::array<std::size_t, kImageFeatureGroups> order{};
  std::iota(order.begin(), order.end(), 0U);
  ImageFeatures features = make(320);
  std::size_t next = 0;
  do {
    const Image& image = images[next++ % images.size()].image;
    Values values = untouched();
    features.begin(image);
    for (const std::size_t group : order) ASSERT_TRUE(features.extract(group, values).ok());
    EXPECT_EQ(all_of(image, 320), values) << next;
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST(ImageFeatures, ASecondImageOfASizeAllocatesNothing) {
  const Image first = test::as_image(cv::Mat(375, 500, CV_8UC3, cv::Scalar::all(90)));
  const Image second = test::as_image(test::noise(500, 375, 6));
  for (const int max_side : {0, 320}) {
    ImageFeatures features = make(max_side);
    Values values = untouched();
    const std::int64_t before = test::allocations;
    extract_all(features, first, values);
    const std::int64_t after_first = test::allocations;
    EXPECT_GT(after_first, before);
    extract_all(features, second, values);
    EXPECT_EQ(after_first, test::allocations);
  }
}

TEST(ImageFeatures, EveryValueIsFiniteAndInItsRange) {
  cv::RNG random(7);
  for (int i = 0; i < 300; ++i) {
    const int width = random.uniform(1, 90), height = random.uniform(1, 90);
    const cv::Mat mat = i % 2 == 0 ? test::noise(width, height, random.next())
                                   : test::drawing(width, height, random.next());
    const Values values = all_of(test::as_image(mat), i % 3 == 0 ? 16 : 0);
    for (std::size_t f = 0; f < kImageFeatures; ++f) {
      const FeatureInfo& feature = image_feature_set().features[f];
      EXPECT_TRUE(std::isfinite(values[f])) << feature.name;
      EXPECT_GE(values[f], feature.low) << feature.name;
      EXPECT_LE(values[f], feature.high) << feature.name;
    }
    EXPECT_NEAR(1.0, std::accumulate(values.begin() + kHue, values.end(), 0.0), 1e-5);
  }
}

TEST(ImageFeatures, OptionsAreChecked) {
  constexpr int kLeast = std::numeric_limits<int>::min();
  constexpr int kMost = std::numeric_limits<int>::max();
  for (const ImageFeatureOptions& options :
       std::vector<ImageFeatureOptions>{{.max_side = -1},
                                        {.max_side = 15},
                                        {.max_side = 16385},
                                        {.max_side = kLeast},
                                        {.keypoint_threshold = 0},
                                        {.keypoint_threshold = 255},
                                        {.edge_low = -1},
                                        {.edge_low = 201},
                                        {.edge_high = 99},
                                        {.edge_high = 2041},
                                        {.edge_high = kMost}}) {
    EXPECT_EQ(StatusCode::kInvalidInput, ImageFeatures::make(options).status().code());
  }
  for (const ImageFeatureOptions& options :
       std::vector<ImageFeatureOptions>{{},
                                        {.max_side = 0},
                                        {.max_side = 16},
                                        {.max_side = 16384},
                                        {.keypoint_threshold = 1},
                                        {.keypoint_threshold = 254},
                                        {.edge_low = 0, .edge_high = 0},
                                        {.edge_low = 2040, .edge_high = 2040}}) {
    EXPECT_TRUE(ImageFeatures::make(options).ok());
  }
}

TEST(ImageFeatures, BadCallsFillNothing) {
  ImageFeatures features = make(320);
  Values values = untouched();
  const Image image = test::as_image(test::noise(20, 20, 8));
  const auto code = [&](std::size_t group) { return features.extract(group, values).code(); };
  EXPECT_EQ(StatusCode::kInvalidInput, code(0));  // nothing begun
  features.begin(image);
  EXPECT_EQ(StatusCode::kInvalidInput, code(kImageFeatureGroups));
  EXPECT_EQ(StatusCode::kInvalidInput,
            features.extract(0, std::span<float>(values).first(28)).code());
  const Image broken = {20, 20, std::vector<std::uint8_t>(1199)};
  features.begin(broken);
  for (std::size_t group = 0; group < kImageFeatureGroups; ++group) {
    EXPECT_EQ(StatusCode::kInvalidInput, code(group));
  }
  EXPECT_THAT(values, testing::Each(kUntouched));
  extract_all(features, image, values);
  EXPECT_EQ(all_of(image, 320), values);
}

}  // namespace
}  // namespace rightsize

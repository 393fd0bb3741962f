// Proves that JSON from anywhere is read strictly: each missing, unknown or ill-typed key is an
// error that names its place, and text that is no JSON, or hostile, is refused without harm.
#include "core/json_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

namespace rightsize {
namespace {

using nlohmann::json;
using testing::HasSubstr;

std::string message_of(const std::string& text, const std::function<void(JsonReader&)>& read) {
  const Result<json> document = parse_json(text, "file.json");
  EXPECT_TRUE(document.ok()) << document.status().message();
  JsonReader in(*document, "models[2]");
  read(in);
  return in.finish().message();
}

template <typename T>
std::string reading(const std::string& value, T& target) {
  return message_of(R"({"key": )" + value + "}", [&](JsonReader& in) { in.read("key", target); });
}

TEST(JsonReaderTest, ReadsEveryType) {
  std::string text;
  double number = 0;
  bool truth = false;
  std::int64_t whole = 0;
  std::vector<double> list;
  EXPECT_EQ("", reading(R"("héllo\u0000")", text));
  EXPECT_EQ(std::string("h\xc3\xa9llo\0", 7), text);
  EXPECT_EQ("", reading("-1.5e-3", number));
  EXPECT_EQ(-1.5e-3, number);
  EXPECT_EQ("", reading("7", number));
  EXPECT_EQ(7.0, number);
  EXPECT_EQ("", reading("true", truth));
  EXPECT_TRUE(truth);
  EXPECT_EQ("", reading("-9223372036854775808", whole));
  EXPECT_EQ(INT64_MIN, whole);
  EXPECT_EQ("", reading("9223372036854775807", whole));
  EXPECT_EQ(INT64_MAX, whole);
  EXPECT_EQ("", reading("[1, 2.5]", list));
  EXPECT_THAT(list, testing::ElementsAre(1.0, 2.5));
  EXPECT_EQ("", reading("[]", list));
  EXPECT_TRUE(list.empty());
}

TEST(JsonReaderTest, NamesThePlaceOfAnIllTypedValue) {
  std::string text;
  double number = 0;
  bool truth = false;
  std::int64_t whole = 0;
  std::vector<double> list;
  for (const char* bad : {"1", "null", "[]", "{}", "true"}) {
    EXPECT_EQ("'models[2]' needs a text as 'key'", reading(bad, text)) << bad;
  }
  for (const char* bad : {"\"1\"", "null", "[1]", "true"}) {
    EXPECT_EQ("'models[2]' needs a finite number as 'key'", reading(bad, number)) << bad;
  }
  for (const char* bad : {"1", "0", "\"true\"", "null"}) {
    EXPECT_EQ("'models[2]' needs true or false as 'key'", reading(bad, truth)) << bad;
  }
  for (const char* bad : {"1.0", "1e3", "\"1\"", "9223372036854775808", "18446744073709551615",
                          "-9223372036854775809", "null", "true"}) {
    EXPECT_EQ("'models[2]' needs a whole number as 'key'", reading(bad, whole)) << bad;
  }
  for (const char* bad : {"[null]", "[\"1\"]", "[[1]]", "[1, true]"}) {
    EXPECT_EQ("'models[2]' needs a list of finite numbers as 'key'", reading(bad, list)) << bad;
  }
  EXPECT_EQ("'models[2]' needs a list as 'key'", reading("7", list));
  const auto object = [](JsonReader& in) { EXPECT_EQ(nullptr, in.object("key")); };
  EXPECT_EQ("'models[2]' needs an object as 'key'", message_of(R"({"key": []})", object));
}

TEST(JsonReaderTest, MissingAndUnknownKeys) {
  double number = 0;
  const auto read = [&](JsonReader& in) { in.read("key", number); };
  EXPECT_EQ("'models[2]' lacks the key 'key'", message_of("{}", read));
  EXPECT_EQ("'models[2]' has an unknown key 'kye'", message_of(R"({"key": 1, "kye": 1})", read));
  const auto list = [](JsonReader& in) { EXPECT_EQ(nullptr, in.array("key")); };
  EXPECT_EQ("'models[2]' lacks the key 'key'", message_of("{}", list));
}

TEST(JsonReaderTest, WhatIsNoObjectIsRefusedOnce) {
  double number = 0;
  for (const char* bad : {"[]", "null", "1", "\"key\""}) {
    EXPECT_EQ("'models[2]' must be an object",
              message_of(bad, [&](JsonReader& in) { in.read("key", number); }))
        << bad;
  }
}

TEST(JsonReaderTest, TheFirstFailureSticks) {
  const auto read = [](JsonReader& in) {
    in.fail("is the first");
    in.fail("is the second");
  };
  EXPECT_EQ("'models[2]' is the first", message_of("{}", read));
}

TEST(ParseJsonTest, RefusesWhatIsNoJson) {
  for (const std::string bad :
       {"", " ", "{", "{\"a\": 1", "[1,]", "{\"a\": NaN}", "{\"a\": Infinity}", "{\"a\": -inf}",
        "{\"a\": 1} x", "{'a': 1}", "// comment\n{}", "\"\xff\"", "\"\xc3\"", "[1e999]", "[-1e999]",
        "\xef\xbb", "[01]", "nul"}) {
    const Result<json> document = parse_json(bad, "file.json");
    ASSERT_FALSE(document.ok()) << bad;
    EXPECT_EQ(StatusCode::kInvalidInput, document.status().code()) << bad;
    EXPECT_THAT(document.status().message(), HasSubstr("file.json: is not valid JSON"));
  }
}

TEST(ParseJsonTest, RefusesDeepNesting) {
  for (const char* opening : {"[", "{\"a\":", "[{\"a\":"}) {
    std::string deep;
    for (int i = 0; i < 1'000'000; ++i) deep += opening;
    const Result<json> document = parse_json(deep, "file.json");
    ASSERT_FALSE(document.ok());
    EXPECT_EQ(StatusCode::kLimitExceeded, document.status().code());
    EXPECT_THAT(document.status().message(), HasSubstr("file.json: is nested more than"));
  }
  // Brackets in texts, and lists beside each other, are no nesting.
  std::string wide = "[\"" + std::string(1000, '[') + "\\\"[\\\\\"";
  for (int i = 0; i < 1000; ++i) wide += ",[{}]";
  EXPECT_TRUE(parse_json(wide + "]", "file.json").ok());
}

TEST(Utf8Test, TellsTextFromOtherBytes) {
  for (const std::string& good :
       std::vector<std::string>{std::string(), std::string("plain \"quoted\" \\ \t\n"),
                                std::string("\0", 1), std::string("Kühlschrank 猫 😀")}) {
    EXPECT_TRUE(is_utf8(good)) << good;
  }
  for (const char* bad :
       {"\xff", "caf\xe9", "\xc3", "\xed\xa0\x80", "\xc0\x80", "\xf5\x80\x80\x80", "\xe2\x82"}) {
    EXPECT_FALSE(is_utf8(bad)) << bad;
  }
}

}  // namespace
}  // namespace rightsize

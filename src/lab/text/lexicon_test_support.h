// For tests: a small lexicon of our own in WordNet's format.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "lab/text/lexicon.h"

namespace rightsize::test {

// A folder of its own that goes with the object.
class LexiconFolder {
 public:
  LexiconFolder() {
    static int made = 0;
    path_ = std::filesystem::path(::testing::TempDir()) /
            ("lexicon-" + std::to_string(::testing::UnitTest::GetInstance()->random_seed()) + "-" +
             ::testing::UnitTest::GetInstance()->current_test_info()->name() + "-" +
             std::to_string(made++));
    std::filesystem::create_directories(path_);
    write("index.noun",
          "  1 a line of the licence\n"
          "box n 2 1 @ 2 1 00000010 00000020  \n"
          "child n 1 1 @ 1 1 00000030  \n"
          "file n 2 2 @ ~ 2 1 00000040 00000050  \n"
          "in n 1 1 @ 1 0 00000060  \n"
          "sheet n 1 1 @ 1 1 00000070  \n");
    write("index.verb",
          "file v 1 1 @ 1 1 00000010  \n"
          "open v 1 1 @ 1 1 00000020  \n"
          "save v 1 1 @ 1 1 00000030  \n"
          "write v 1 1 @ 1 1 00000040  \n");
    write("index.adj",
          "fast a 1 1 & 1 1 00000200  \n"
          "open a 1 1 ! 1 1 00000300  \n"
          "quick a 2 1 & 2 1 00000100 00000200  \n");
    write("index.adv", "quickly r 1 1 ! 1 1 00000010  \n");
    write("noun.exc", "children child\n");
    write("verb.exc", "wrote write\nwritten write\n");
    write("adj.exc", "");
    write("adv.exc", "");
    write("data.adj",
          "00000100 00 a 01 quick 0 001 & 00000200 a 0000 | moving at speed\n"
          "00000200 00 s 02 fast 0 quick 1 001 & 00000100 a 0000 | the same\n"
          "00000300 00 a 01 open 0 000 | not shut\n");
    write("cntlist.rev",
          "file%1:06:00:: 1 9\nfile%2:35:00:: 1 4\nopen%2:35:00:: 1 3\nopen%3:00:00:: 1 8\n");
  }
  ~LexiconFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  LexiconFolder(const LexiconFolder&) = delete;
  LexiconFolder& operator=(const LexiconFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(path_ / name) << text;
  }
  void remove(const std::string& name) const { std::filesystem::remove(path_ / name); }

 private:
  std::filesystem::path path_;
};

}  // namespace rightsize::test

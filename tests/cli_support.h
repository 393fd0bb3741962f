// What tests of the command line share: running the built program in a folder of its own.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "core/checksum.h"
#include "tests/png.h"
#include "tests/support.h"

namespace rightsize::test {

struct Output {
  int code = -1;
  std::string out;
  std::string err;
};

class CliTest : public testing::Test {
 protected:
  // Runs `rightsize` with these words of a shell's command line, in the test's folder. `before` is
  // for what the shell is to do first. The folder is also that for temporary files, so that no
  // other profile on the machine is waited for.
  Output run(const std::string& arguments, const std::string& before = "true") const {
    const std::string command = "cd '" + folder_.path().string() +
                                "' && export TMPDIR=\"$PWD\" RIGHTSIZE_SYSFS=\"$PWD\" && " +
                                before + " && '" + RIGHTSIZE_PROGRAM + "' " + arguments;
    const std::filesystem::path out = folder_ / ".out";
    const std::filesystem::path err = folder_ / ".err";
    const std::string redirected =
        "( " + command + " ) >'" + out.string() + "' 2>'" + err.string() + "' </dev/null";
    const int status = std::system(redirected.c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, test::text_of(out), test::text_of(err)};
  }

  // A failure: code 1, a message that begins with the program's name, nothing on stdout.
  std::string error(const std::string& arguments, const std::string& before = "true") const {
    const Output output = run(arguments, before);
    EXPECT_EQ(1, output.code) << arguments << "\n" << output.out << output.err;
    EXPECT_EQ("", output.out) << arguments;
    EXPECT_THAT(output.err, testing::StartsWith("rightsize: ")) << arguments;
    EXPECT_THAT(output.err, testing::EndsWith("\n"));
    return output.err;
  }
  nlohmann::json document(const std::string& arguments) const {
    const Output output = run(arguments);
    EXPECT_EQ(0, output.code) << arguments << "\n" << output.err;
    const nlohmann::json parsed = nlohmann::json::parse(output.out, nullptr, false);
    EXPECT_FALSE(parsed.is_discarded()) << arguments << "\n" << output.out;
    return parsed;
  }

  // A manifest zoo.toml with one model out of tests/data, declared as it is but for what is given.
  void write_zoo(const std::string& file, const std::string& sha256, const std::string& input = "",
                 const std::string& output = "outputs = 4\n") const {
    folder_.write("classes.tsv", "red\ngreen\nblue\ngrey\n");
    folder_.write("zoo.toml",
                  "format = \"rightsize-zoo\"\nversion = 1\nname = \"one\"\n"
                  "task = \"image-classification\"\nclasses = \"classes.tsv\"\n[[model]]\n"
                  "name = \"it\"\nfile = \"" +
                      file + "\"\nsha256 = \"" + sha256 + "\"\n[model.input]\nsize = [16, 16]\n" +
                      input + "[model.output]\n" + output);
  }
  static std::string digest_of(const std::string& file) {
    return *sha256_of_file(test::data_folder() / file);
  }

  void write_images() const {
    folder_.write("data/red/a.png", test::png_text(test::kRed));
    folder_.write("data/red/b.png", test::png_text({180, 30, 20}));
    folder_.write("data/green/a.png", test::png_text(test::kGreen));
    folder_.write("data/green/b.png", test::png_text({30, 180, 20}));
    folder_.write("data/blue/a.png", test::png_text(test::kBlue));
    folder_.write("data/blue/b.png", test::png_text({30, 20, 180}));
    folder_.write("data/grey/a.png", test::png_text(test::kGrey));
    folder_.write("data/grey/b.png", test::png_text({90, 90, 90}));
  }
  void profile() const {
    write_images();
    const Output output =
        run("profile " + kZoo + " data -o run.db --max-passes 1 --timing-items 2");
    ASSERT_EQ(0, output.code) << output.err;
  }
  void train() const {
    profile();
    const Output output = run("train run.db -o selector.json --folds 2" + std::string());
    ASSERT_EQ(0, output.code) << output.err;
  }

  const std::string kZoo = "'" + (test::data_folder() / "zoo.toml").string() + "'";
  const std::string kModels = " --models '" + test::data_folder().string() + "'";
  test::TemporaryFolder folder_;
};

}  // namespace rightsize::test

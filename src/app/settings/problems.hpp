// What is wrong with a configuration beyond its grammar, and what its owner should know, as the checks find
// it.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "app/settings/settings.hpp"

namespace postern::app {

class Problems {
 public:
  explicit Problems(Settings const& settings) : file_(settings.file.empty() ? "defaults" : settings.file) {}

  // `line` 0: of no one line.
  void error(int line, std::string const& what) {
    errors_.push_back(file_ + (line > 0 ? ":" + std::to_string(line) : "") + ": " + what);
  }
  void warn(std::string what) { warnings_.push_back(std::move(what)); }
  void note(std::string what) { notes_.push_back(std::move(what)); }  // nothing is wrong with it

  bool any() const { return !errors_.empty(); }
  std::vector<std::string> const& errors() const { return errors_; }
  std::vector<std::string> const& warnings() const { return warnings_; }
  std::vector<std::string> const& notes() const { return notes_; }

 private:
  std::string file_;
  std::vector<std::string> errors_;
  std::vector<std::string> warnings_;
  std::vector<std::string> notes_;
};

}  // namespace postern::app

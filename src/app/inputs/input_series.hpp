// The files of one rotated log as one stream, the oldest first. A file that cannot be read to its end is told
// of in problem(), and the next goes on. Threads: one at a time. It blocks.
#pragma once

#include "app/inputs/input_stream.hpp"

namespace postern::app {

class InputSeries : public InputStream {
 public:
  explicit InputSeries(std::vector<std::string> paths) : paths_(std::move(paths)) {}
  std::string_view read() override;
  std::uint64_t consumed() const override { return consumed_ + (current_ ? current_->consumed() : 0); }
  bool decompresses() const override { return true; }  // one of them may have to

 private:
  bool open_next();
  void notice_line_ends(std::string_view bytes);
  void say(std::string const& path, std::string const& what);

  std::vector<std::string> paths_;
  std::size_t next_ = 0;
  std::unique_ptr<InputStream> current_;
  std::uint64_t consumed_ = 0;   // of the files before the current one
  std::string line_end_ = "\n";  // as the current file's lines end
  char last_ = '\n';             // of the current file
};

}  // namespace postern::app

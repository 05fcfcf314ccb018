// Reads one input on a thread of its own and hands its receptions on in batches.
// Threads: start() to pop() from the one that replays. Bounds: until start(), an input that can be opened
// again keeps neither a descriptor nor a buffer. Then `waiting_alone` batches wait, and more as far as the
// budget of all readers goes.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <memory>
#include <optional>
#include <thread>

#include "app/inputs/batch_budget.hpp"
#include "app/inputs/input_stream.hpp"
#include "app/inputs/inputs.hpp"
#include "base/guarded.hpp"
#include "whatif/answer.hpp"
#include "whatif/readers/readers.hpp"
#include "whatif/readers/recognise.hpp"

namespace postern::app {

class SourceReader {
 public:
  static constexpr std::size_t batch_size = 512;
  static constexpr std::size_t waiting_alone = 4;  // batches

  // Opens the input and looks at its beginning. The error is a sentence.
  static Result<std::unique_ptr<SourceReader>, std::string> open(InputPath input,
                                                                 std::optional<whatif::Format> format,
                                                                 whatif::SourceSettings settings);
  ~SourceReader();

  // Whether two inputs begin with the same lines: the one would count again what the other tells.
  static bool repeats(SourceReader const& a, SourceReader const& b);
  std::string const& name() const { return answer_.name; }

  // When its first reception was, as far as the beginning tells; absent: not known.
  std::optional<Instant> begins() const { return begins_; }
  bool started() const { return thread_.joinable(); }
  void start(std::shared_ptr<BatchBudget> budget);
  void stop();  // the replay has failed: nothing more is wanted

  // The next reception, waiting for it; null at the end. Good until the next call of pop().
  whatif::Reception* front();
  void pop();

  void counted(std::uint64_t messages) { answer_.messages += messages; }  // of those popped
  whatif::SourceAnswer answer() const;                                    // after the end
  std::uint64_t consumed() const { return consumed_.load(std::memory_order_relaxed); }
  std::uint64_t size() const { return input_.bytes; }
  std::uint64_t length() const;  // of what it holds, decompressed; 0: not known. It may have to be read whole
  bool failed() const { return failed_; }  // after the end: it could be looked at, but not read
  std::string grounds() const;             // a sentence: what the input was taken for, and why

 private:
  using Batch = std::vector<whatif::Reception>;
  class Out;
  struct Queue {
    std::deque<Batch> batches;
    std::size_t borrowed = 0;  // of them: those that the budget has been asked for
    bool ended = false;
    bool stopping = false;
  };
  SourceReader(InputPath input, whatif::SourceSettings settings)
      : input_(std::move(input)), settings_(std::move(settings)) {}
  void run();
  void read_input(Out& out);
  Result<void, std::string> open_stream();  // and reads its beginning into start_
  Result<void, std::string> open_again();   // fails, too, if it begins otherwise than when it was looked at
  void close_stream();                      // where it can be opened again
  std::string beginning() const;            // as far as two inputs are compared
  void read_stream(whatif::FactsSource& source);
  void read_message_files(whatif::ReceptionSink& sink);
  void read_facts(whatif::ReceptionSink& sink);
  void look(std::string_view start);
  bool push(Batch&& batch);

  InputPath input_;
  whatif::SourceSettings settings_;
  bool is_archive_ = false;
  whatif::Evidence evidence_;
  std::unique_ptr<InputStream> stream_;
  bool opens_again_ = false;  // the stream is closed until start(), and start_ is cut short
  bool failed_ = false;
  std::string start_;  // bytes that were looked at
  std::optional<Instant> begins_;
  whatif::SourceAnswer answer_;
  std::atomic<std::uint64_t> consumed_{0};
  Guarded<Queue> queue_;
  std::condition_variable filled_, emptied_;
  std::shared_ptr<BatchBudget> budget_;
  std::thread thread_;
  Batch current_;
  std::size_t at_ = 0;
};

}  // namespace postern::app

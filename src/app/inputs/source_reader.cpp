#include "app/inputs/source_reader.hpp"

#include <pthread.h>

#include <utility>

#include "app/inputs/archive_input.hpp"
#include "app/inputs/mail_folders.hpp"
#include "app/inputs/read_ahead.hpp"
#include "net/wall_clock.hpp"
#include "store/evidence_reader.hpp"
#include "whatif/readers/mailbox.hpp"
#include "whatif/readers/own_facts.hpp"

namespace postern::app {

// Gathers receptions into batches.
class SourceReader::Out : public whatif::ReceptionSink {
 public:
  explicit Out(SourceReader& reader) : reader_(reader) {}
  void take(whatif::Reception&& reception) override {
    if (stopped) return;
    batch_.push_back(std::move(reception));
    if (batch_.size() >= batch_size) flush();
  }
  void flush() {
    if (batch_.empty()) return;
    stopped = !reader_.push(std::exchange(batch_, {}));
    batch_.reserve(batch_size);
  }
  bool stopped = false;

 private:
  SourceReader& reader_;
  Batch batch_;
};

SourceReader::~SourceReader() {
  stop();
  if (thread_.joinable()) thread_.join();
}

void SourceReader::start(std::shared_ptr<BatchBudget> budget) {
  budget_ = std::move(budget);
  thread_ = std::thread([this] { run(); });
}

void SourceReader::stop() {
  queue_.access()->stopping = true;
  emptied_.notify_all();
}

bool SourceReader::push(Batch&& batch) {
  auto queue = queue_.access();
  // Whoever waits here has batches of its own to be popped, and looks at the budget again after each.
  bool borrows = false;
  emptied_.wait(queue.lock(), [&] {
    if (queue->stopping || queue->batches.size() < waiting_alone) return true;
    borrows = budget_->take();
    return borrows;
  });
  if (borrows) ++queue->borrowed;
  if (queue->stopping) return false;
  queue->batches.push_back(std::move(batch));
  filled_.notify_one();
  return true;
}

void SourceReader::run() {
  ::pthread_setname_np(::pthread_self(), "reader");
  Out out(*this);
  bool const has_closed_stream = opens_again_ && evidence_.format != whatif::Format::facts;
  auto const opened = has_closed_stream ? open_again() : Result<void, std::string>();
  if (opened) {
    read_input(out);
  } else {
    failed_ = true;
    answer_.kind = "not read";
    answer_.notes.push_back("it cannot be read: " + opened.error());
  }
  out.flush();
  stream_.reset();
  queue_.access()->ended = true;
  filled_.notify_one();
}

void SourceReader::read_input(Out& out) {
  if (stream_ && stream_->decompresses()) stream_ = std::make_unique<ReadAhead>(std::move(stream_));
  if (has_message_files(input_)) {
    read_message_files(out);
  } else if (is_archive_) {
    read_archive(start_, *stream_, settings_, out, answer_,
                 [this] { consumed_.store(stream_->consumed(), std::memory_order_relaxed); });
    start_ = {};
  } else if (evidence_.format == whatif::Format::facts) {
    read_facts(out);
  } else {
    auto source = whatif::make_source(evidence_, settings_, out);
    read_stream(*source);
    source->end();
    auto const& stats = source->stats();
    answer_.kind = source->kind();
    answer_.lines = stats.lines;
    answer_.skipped = stats.skipped;
    answer_.bytes = stats.bytes;
    answer_.examples = stats.examples;
    answer_.notes.insert(answer_.notes.end(), stats.notes.begin(), stats.notes.end());
    answer_.notes.insert(answer_.notes.end(), evidence_.missing.begin(), evidence_.missing.end());
  }
}

void SourceReader::read_stream(whatif::FactsSource& source) {
  source.feed(start_);
  start_ = {};
  for (;;) {
    auto const bytes = stream_->read();
    if (bytes.empty()) break;
    source.feed(bytes);
    consumed_.store(stream_->consumed(), std::memory_order_relaxed);
  }
  if (!stream_->problem().empty()) answer_.notes.push_back("read only in part: " + stream_->problem());
}

void SourceReader::read_message_files(whatif::ReceptionSink& sink) {
  settings_.reference = net::wall_clock();  // a folder's last change tells nothing of the files in it
  whatif::MailFiles source(settings_, sink, answer_.kind);
  for (auto const& [path, junk] : input_.messages) {
    auto stream = InputStream::open(path);  // Dovecot may have compressed it
    if (!stream) {
      ++answer_.skipped;
      continue;
    }
    source.begin_file(junk, delivered_at(path));
    while (source.wants_more()) {
      auto const bytes = (*stream)->read();
      if (bytes.empty()) break;
      source.feed(bytes);
    }
    source.end_file();
    consumed_.fetch_add((*stream)->consumed(), std::memory_order_relaxed);
  }
  source.end();
  auto const& stats = source.stats();
  answer_.lines = stats.lines;
  answer_.skipped += stats.skipped;
  answer_.bytes = stats.bytes;
  answer_.examples = stats.examples;
  answer_.notes = stats.notes;
}

void SourceReader::read_facts(whatif::ReceptionSink& sink) {
  answer_.kind = "postern";
  auto const take_message = [&](policy::Facts&& facts, bool relayed) {
    ++answer_.lines;
    auto reception = whatif::reception_of(facts, relayed);
    if (!reception) return;
    if (reception->outcome == policy::Outcome::accepted) ++answer_.messages;
    sink.take(*std::move(reception));
  };
  auto const take_session = [&](policy::ConnectionFacts&& connection) {
    ++answer_.lines;
    sink.take(whatif::session_of(connection));
  };
  auto const read = store::read_evidence(input_.path, {take_message, take_session});
  if (read) return;
  failed_ = answer_.lines == 0;
  answer_.notes.push_back("read only in part: " + read.error());
}

whatif::Reception* SourceReader::front() {
  if (at_ < current_.size()) return &current_[at_];
  auto queue = queue_.access();
  filled_.wait(queue.lock(), [&] { return !queue->batches.empty() || queue->ended; });
  if (queue->batches.empty()) return nullptr;
  current_ = std::move(queue->batches.front());
  queue->batches.pop_front();
  if (queue->borrowed > 0) {
    --queue->borrowed;
    budget_->give_back();
  }
  emptied_.notify_one();
  at_ = 0;
  return &current_[0];
}

void SourceReader::pop() { ++at_; }

whatif::SourceAnswer SourceReader::answer() const { return answer_; }

std::string SourceReader::grounds() const {
  auto const why =
      input_.kind == InputPath::Kind::maildir ? "a Maildir, by its folder cur" : evidence_.print();
  return answer_.name + ": " + why + ".";
}

}  // namespace postern::app

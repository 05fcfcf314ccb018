#include "app/inputs/replay_inputs.hpp"

#include <algorithm>
#include <queue>

#include "app/inputs/repeated_inputs.hpp"
#include "app/inputs/rotation.hpp"
#include "app/inputs/terminal.hpp"

namespace postern::app {
namespace {

constexpr std::size_t most_threads = 256;
// One input alone stays in the cache; of several, those whose time has not come are read ahead.
constexpr std::size_t waiting_beside = 256;      // batches of all readers together
constexpr std::uint64_t progress_each = 16'384;  // receptions

struct Head {
  Instant at;
  std::size_t reader;
  bool operator<(Head const& other) const { return at != other.at ? at > other.at : reader > other.reader; }
};

// Of two inputs that begin alike the larger one is read. Files have been compared before, one by one
// (repeated_inputs.hpp); these are what can be read only once, and files as they have been joined.
void add_unless_repeated(std::unique_ptr<SourceReader> reader, OpenedInputs& opened,
                         std::vector<std::string>& problems) {
  auto const same = std::find_if(opened.readers.begin(), opened.readers.end(),
                                 [&](auto const& other) { return SourceReader::repeats(*other, *reader); });
  opened.bytes += reader->size();
  if (same == opened.readers.end()) return opened.readers.push_back(std::move(reader));
  if ((*same)->length() < reader->length()) std::swap(*same, reader);
  opened.bytes -= reader->size();
  problems.push_back(says_repeated(reader->name(), (*same)->name()));
}

}  // namespace

OpenedInputs open_inputs(std::vector<std::string> const& paths, std::optional<whatif::Format> format,
                         whatif::SourceSettings settings) {
  OpenedInputs opened;
  std::vector<std::string> problems;
  auto inputs = without_repeated(find_inputs(paths, problems), problems);
  for (auto& input : join_rotations(std::move(inputs), format, settings)) {
    settings.reference = last_change(input.earlier.empty() ? input.path : input.earlier.front());
    auto reader = SourceReader::open(std::move(input), format, settings);
    if (!reader) {
      problems.push_back(reader.error());
      continue;
    }
    add_unless_repeated(std::move(*reader), opened, problems);
  }
  for (auto const& problem : problems) tell_user(problem);
  return opened;
}

bool were_all_read(std::vector<std::unique_ptr<SourceReader>> const& readers) {
  bool all = true;
  for (auto const& reader : readers) {
    if (!reader->failed()) continue;
    all = false;
    tell_user(reader->name() + ": it could be looked at, but not be read when its turn came");
  }
  return all;
}

void replay_inputs(std::vector<std::unique_ptr<SourceReader>>& readers, whatif::Replay& replay,
                   std::function<void(std::uint64_t)> const& progress) {
  auto const take = [&](whatif::Reception&& reception) {
    auto const before = replay.messages();
    replay.take(std::move(reception));
    return replay.messages() - before;
  };
  merge_inputs(readers, take, progress);
}

void merge_inputs(std::vector<std::unique_ptr<SourceReader>>& readers,
                  std::function<std::uint64_t(whatif::Reception&&)> const& take,
                  std::function<void(std::uint64_t)> const& progress) {
  // In order of their beginnings, so that an input need not be read before its time has come; those whose
  // beginning is not known come first.
  std::stable_sort(readers.begin(), readers.end(),
                   [](auto const& a, auto const& b) { return a->begins() < b->begins(); });
  std::size_t const ahead = std::max(1U, std::thread::hardware_concurrency());
  auto const budget = std::make_shared<BatchBudget>(readers.size() > 1 ? waiting_beside : 0);
  std::size_t started = 0, running = 0, waited_for = 0;
  std::priority_queue<Head> heads;  // of the readers that are waited for
  auto const start_one = [&] {
    readers[started++]->start(budget);
    ++running;
  };
  auto const wait_for = [&](std::size_t reader) {
    if (auto const* reception = readers[reader]->front())
      heads.push({reception->at, reader});
    else
      --running;
  };
  std::uint64_t receptions = 0;
  auto const tell = [&] {
    std::uint64_t consumed = 0;
    for (auto const& reader : readers) consumed += reader->consumed();
    progress(consumed);
  };
  for (;;) {
    while (started < readers.size() && running < ahead) start_one();
    // A reader that may have something earlier than the earliest head has to be asked first.
    while (waited_for < readers.size() && (heads.empty() || !readers[waited_for]->begins() ||
                                           *readers[waited_for]->begins() <= heads.top().at)) {
      if (waited_for == started) {
        if (running >= most_threads) break;
        start_one();
      }
      wait_for(waited_for++);
    }
    if (heads.empty()) {
      if (waited_for >= readers.size()) break;
      continue;
    }
    auto const reader = heads.top().reader;
    heads.pop();
    // Its receptions come in order or nearly: take all that are not later than the next head.
    for (;;) {
      readers[reader]->counted(take(std::move(*readers[reader]->front())));
      readers[reader]->pop();
      if (++receptions % progress_each == 0) tell();
      auto const* next = readers[reader]->front();
      if (next == nullptr) {
        --running;
        break;
      }
      bool const still_first = (heads.empty() || next->at <= heads.top().at) &&
                               (waited_for == readers.size() ||
                                (readers[waited_for]->begins() && *readers[waited_for]->begins() > next->at));
      if (still_first) continue;
      heads.push({next->at, reader});
      break;
    }
  }
  tell();
}

}  // namespace postern::app

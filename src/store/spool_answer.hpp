// Asks the spool for something and waits for its answer, for callers that have nothing else to do meanwhile.
// Blocks until the disk has answered. Threads: any but the spool's own and the loops that mail comes by.
#pragma once

#include <future>
#include <memory>

#include "store/spool.hpp"

namespace postern::store {

// `ask` is given the Done to hand to the spool: answer_of([&](auto done) { spool.remove(id, done); }).
template <class Ask>
Result<void, SpoolError> answer_of(Ask ask) {
  auto const answered = std::make_shared<std::promise<Result<void, SpoolError>>>();
  auto answer = answered->get_future();
  ask(Spool::Done([answered](Result<void, SpoolError> result) { answered->set_value(result); }));
  return answer.get();
}

}  // namespace postern::store

// Keeps for 30 days which reports about TLS have been sent, and where to, so that a restart sends none twice.
// While the file is unavailable, that is kept in memory until the file takes it. Blocking. Threads: any, one
// at a time inside. Bounds: 100,000 reports are kept in memory.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <tuple>

#include "base/guarded.hpp"
#include "base/result.hpp"
#include "store/optional_database.hpp"

namespace postern::store {

class ReportLog {
 public:
  // Fails only when there is no such directory. `log` outlives it.
  static Result<std::unique_ptr<ReportLog>, std::string> open(
      std::string const& file, Log& log, OptionalDatabase::Pause first_pause = OptionalDatabase::usual_pause);

  // A domain may want its report at several places; each has it once, whatever becomes of the others. Without
  // a place: all that is due to the domain has been sent.
  bool has(std::string const& day, std::string const& domain, std::string const& place = {}) const;
  void keep(std::string const& day, std::string const& domain, std::string const& place = {});

 private:
  using Sent = std::tuple<std::string, std::string, std::string>;  // day, domain and place
  struct State {
    OptionalDatabase database;
    std::set<Sent> waiting;
  };
  explicit ReportLog(OptionalDatabase database) : state_(State{std::move(database), {}}) {}

  Guarded<State> mutable state_;
};

}  // namespace postern::store

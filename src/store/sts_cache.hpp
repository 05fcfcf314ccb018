// MTA-STS policies on disk (RFC 8461 section 3.3: a cache that survives a restart is what stops a downgrade
// at first contact). While the file is unavailable, policies wait in memory until it takes them. Blocking.
// Threads: any, one at a time inside. Bounds: 10,000 policies wait.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/guarded.hpp"
#include "base/instant.hpp"
#include "base/result.hpp"
#include "store/optional_database.hpp"
#include "wire/mta_sts.hpp"

namespace postern::store {

struct StsEntry {
  std::string domain;
  std::string id;  // of the TXT record it was fetched for
  Instant fetched{};
  wire::StsPolicy policy;

  Instant expires() const { return fetched + policy.max_age; }
};

class StsCache {
 public:
  // Fails only when there is no such directory. `log` outlives it.
  static Result<std::unique_ptr<StsCache>, std::string> open(
      std::string const& file, Log& log, OptionalDatabase::Pause first_pause = OptionalDatabase::usual_pause);

  std::vector<StsEntry> load(Instant now);  // what has not expired; the rest is forgotten
  void keep(StsEntry const& entry);

 private:
  struct State {
    OptionalDatabase database;
    std::map<std::string, StsEntry> waiting;  // by domain
  };
  explicit StsCache(OptionalDatabase database) : state_(State{std::move(database), {}}) {}

  Guarded<State> state_;
};

}  // namespace postern::store

// MTA-STS policies on disk (RFC 8461 section 3.3: a cache that survives a restart is what stops a downgrade
// at first contact). Blocking. Threads: any, one at a time inside.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/guarded.hpp"
#include "base/instant.hpp"
#include "base/result.hpp"
#include "store/sqlite.hpp"
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
  static Result<std::unique_ptr<StsCache>, std::string> open(std::string const& file);

  std::vector<StsEntry> load(Instant now);  // what has not expired; the rest is forgotten
  Result<void, std::string> keep(StsEntry const& entry);

 private:
  explicit StsCache(Database database) : database_(std::move(database)) {}
  Guarded<Database> database_;
};

}  // namespace postern::store

// Keeps for 30 days which reports about TLS have been sent, so that a restart sends none twice. Blocking.
// Threads: any, one at a time inside.
#pragma once

#include <memory>
#include <string>

#include "base/guarded.hpp"
#include "base/result.hpp"
#include "store/sqlite.hpp"

namespace postern::store {

class ReportLog {
 public:
  static Result<std::unique_ptr<ReportLog>, std::string> open(std::string const& file);

  bool has(std::string const& day, std::string const& domain) const;
  void keep(std::string const& day, std::string const& domain);

 private:
  explicit ReportLog(Database database) : database_(std::move(database)) {}
  Guarded<Database> mutable database_;
};

}  // namespace postern::store

// The data directory: what is where in it, and the lock that keeps two servers from one spool.
#pragma once

#include <string>

#include "base/result.hpp"

namespace postern::app {

struct DataPaths {
  explicit DataPaths(std::string const& directory)
      : spool(directory + "/spool"),
        facts(directory + "/facts.db"),
        sts(directory + "/mta-sts.db"),
        tls_reports(directory + "/tls-reports.db"),
        srs_secrets(directory + "/srs-secrets"),
        control(directory + "/control.sock"),
        lock(directory + "/lock") {}
  std::string spool;
  std::string facts;
  std::string sts;
  std::string tls_reports;
  std::string srs_secrets;
  std::string control;
  std::string lock;
};

class DataLock {
 public:
  // Fails when another process holds it. The error is for people.
  static Result<DataLock, std::string> take(std::string const& file);
  DataLock(DataLock&& other) noexcept;
  DataLock& operator=(DataLock&&) = delete;
  ~DataLock();

 private:
  explicit DataLock(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace postern::app

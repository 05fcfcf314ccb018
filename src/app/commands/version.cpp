#include <openssl/crypto.h>
#include <sqlite3.h>

#include <boost/version.hpp>
#include <cstdio>

#include "app/commands/commands.hpp"

namespace postern::app {

int run_version() {
  std::printf("postern %s\n%s, SQLite %s, Boost %s\n", POSTERN_VERSION, ::OpenSSL_version(OPENSSL_VERSION),
              ::sqlite3_libversion(), BOOST_LIB_VERSION);
  return 0;
}

}  // namespace postern::app

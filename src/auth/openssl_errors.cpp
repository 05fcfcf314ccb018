#include "auth/openssl_errors.hpp"

#include <openssl/err.h>

namespace postern::auth {

OpensslErrors::~OpensslErrors() { ::ERR_clear_error(); }

}  // namespace postern::auth

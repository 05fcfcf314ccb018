// OpenSSL keeps a queue of errors for each thread, and TLS reads failures out of it. What goes wrong with the
// keys and signatures of strangers is answered by a return value and must not stay there: one of these lives
// as long as the calls into OpenSSL.
#pragma once

namespace postern::auth {

class OpensslErrors {
 public:
  OpensslErrors() = default;
  OpensslErrors(OpensslErrors const&) = delete;
  OpensslErrors& operator=(OpensslErrors const&) = delete;
  ~OpensslErrors();
};

}  // namespace postern::auth

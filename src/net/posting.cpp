#include "net/posting.hpp"

#include <boost/asio/post.hpp>

namespace postern::net {

void post_to(Executor const& executor, Work work) { boost::asio::post(executor, std::move(work)); }

}  // namespace postern::net

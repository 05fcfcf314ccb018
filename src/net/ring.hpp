// An intrusive circular list. A member may leave at any time, also while the ring is walked, and leaves by
// itself when it is destroyed; nothing is allocated. A member is in one ring at most.
// Thread: its event loop.
#pragma once

namespace postern::net {

template <class T>
class Ring;

// What a member derives from. The member makes Ring<Member> its friend when it derives privately.
class RingLink {
 public:
  RingLink() = default;
  RingLink(RingLink const&) = delete;
  RingLink& operator=(RingLink const&) = delete;

  bool linked() const { return next_ != this; }
  void unlink() {
    previous_->next_ = next_;
    next_->previous_ = previous_;
    previous_ = this;
    next_ = this;
  }

 protected:
  ~RingLink() { unlink(); }

 private:
  template <class T>
  friend class Ring;

  RingLink* previous_ = this;
  RingLink* next_ = this;
};

// Lifetime: members may outlive the ring; they are then in no ring.
template <class T>
class Ring {
 public:
  T* first() { return member(head_.next_); }
  T* after(T& one) { return member(static_cast<RingLink&>(one).next_); }  // null behind the last

  // Puts it last; takes it out of the ring that it was in.
  void add(T& one) {
    RingLink& link = one;
    RingLink& head = head_;
    link.unlink();
    link.previous_ = head.previous_;
    link.next_ = &head;
    head.previous_->next_ = &link;
    head.previous_ = &link;
  }

  ~Ring() {
    while (auto* one = first()) static_cast<RingLink*>(one)->unlink();
  }
  Ring() = default;
  Ring(Ring const&) = delete;
  Ring& operator=(Ring const&) = delete;

 private:
  class Head : public RingLink {};

  T* member(RingLink* link) { return link == &head_ ? nullptr : static_cast<T*>(link); }

  Head head_;
};

}  // namespace postern::net

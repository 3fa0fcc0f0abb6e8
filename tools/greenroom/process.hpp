// What the program asks of its operating system.
#pragma once

namespace greenroom {

/// Takes as many file descriptors as the process may have, turns writes to closed
/// sockets into errors, and keeps stop signals for `await_stop_signal`. Call
/// before any thread is started: threads inherit it.
void prepare_process();

/// Waits for SIGTERM or SIGINT. After that, another one ends the process at once.
void await_stop_signal();

} // namespace greenroom

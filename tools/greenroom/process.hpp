// What the program asks of its operating system.
#pragma once

namespace greenroom {

/// Takes as many file descriptors as the process may have, turns writes to closed
/// sockets into errors, and keeps signals for `await_signal`. Call
/// before any thread is started: threads inherit it.
void prepare_process();

/// What a signal asks for.
enum class signal_wish { stop, dump };

/// Waits for SIGTERM, SIGINT or SIGUSR1. After a wish to stop, another one ends the
/// process at once.
signal_wish await_signal();

} // namespace greenroom

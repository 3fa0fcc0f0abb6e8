// The whole server: wires the layers, serves until it is told to stop.
#pragma once

namespace greenroom {

class configuration;

/// Serves until SIGTERM or SIGINT. Call on the main thread, before any other is
/// started.
/// @returns The exit status: 0 after an orderly stop, 1 if the cluster refused this
///          node.
/// @throws std::exception with a sentence for the operator when it cannot serve.
int serve(configuration& config);

} // namespace greenroom

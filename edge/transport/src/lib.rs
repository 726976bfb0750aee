//! WebSocket dialling with TLS, proxies and back-off.

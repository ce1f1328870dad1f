#ifdef USE_HOST

#include <arpa/inet.h>
#include <cstdlib>
#include <cstring>
#include <netinet/in.h>
#include <sys/socket.h>

// A host program of ESPHome listens on every interface and on the ports that were compiled in. The linker leads its calls of bind()
// here (--wrap=bind): only the loopback interface, and the ports that the environment names, so that one program serves many.

namespace {
constexpr int API_PORT = 6053;
}

extern "C" int __real_bind(int socket, const sockaddr *address, socklen_t length);

extern "C" int __wrap_bind(int socket, const sockaddr *address, socklen_t length) {
  if (address->sa_family != AF_INET || length < sizeof(sockaddr_in))
    return __real_bind(socket, address, length);
  sockaddr_in local;
  std::memcpy(&local, address, sizeof(local));
  local.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  // The other one takes updates: any port will do where nobody asks for it.
  const bool api = ntohs(local.sin_port) == API_PORT;
  if (const char *port = std::getenv(api ? "FACEQUOTA_SIMULATOR_PORT" : "FACEQUOTA_SIMULATOR_UPDATE_PORT"))
    local.sin_port = htons(static_cast<uint16_t>(std::strtoul(port, nullptr, 10)));
  else if (!api)
    local.sin_port = 0;
  return __real_bind(socket, reinterpret_cast<const sockaddr *>(&local), sizeof(local));
}

#endif  // USE_HOST

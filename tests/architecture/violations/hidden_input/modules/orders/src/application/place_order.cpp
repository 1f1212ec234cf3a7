const auto now = std::chrono::system_clock::now();
std::random_device device;
const int dice = rand() % 6;
void wait() { std::this_thread::sleep_for(1s); }
const auto kernel_clock = banyan::system_clock().now();
auto& numbers = banyan::system_random();
const auto seconds = std::time(nullptr);
const int brand = operand(1);

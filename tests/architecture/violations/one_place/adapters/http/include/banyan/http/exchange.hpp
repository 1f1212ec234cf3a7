namespace banyan::http { struct Application { virtual ~Application() = default; }; }

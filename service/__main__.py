"""`python -m service`: the service with the settings of the environment, on loopback."""

import uvicorn

if __name__ == "__main__":
    uvicorn.run("service.app:create_app", factory=True, server_header=False)

"""The API against its own description, by schemathesis: `make fuzz` runs it, beside the seeded test of every change."""

import asyncio
import os
import shutil

import pytest

from tests.support.filled import fill
from tests.support.site import bearer, page, with_page

PROGRAM = shutil.which("schemathesis", path=os.pathsep.join((".venv-deploy/bin", os.environ.get("PATH", ""))))
CHECKS = "status_code_conformance,content_type_conformance,response_headers_conformance"
CHECKS += ",response_schema_conformance,unsupported_method,ignored_auth"


@pytest.mark.slow
@pytest.mark.timeout(1_200)
@pytest.mark.skipif("FUZZ_EXAMPLES" not in os.environ, reason="`make fuzz` runs it")
@pytest.mark.skipif(PROGRAM is None, reason="schemathesis is not installed: make .venv-deploy/.installed")
@pytest.mark.parametrize("role", ["viewer", "admin"])
async def test_the_api_is_as_it_is_described(store, role, tmp_path):
    """Made from the description, fit and unfit: no 500, no status, type or body that the description does not have.

    503 is described: `at_least` asks for it.
    """
    await fill(store)
    examples = max(1, int(os.environ["FUZZ_EXAMPLES"]) // 40)
    header = f"Authorization: {bearer(role)['Authorization']}"
    async with page(store, with_page(per_minute=1_000_000)) as client:
        ran = await asyncio.create_subprocess_exec(
            *(str(PROGRAM), "run", f"{client.base_url}/v1/openapi.json", "--checks", CHECKS, "--header", header),
            *(
                "--max-examples",
                str(examples),
                "--phases",
                "examples,coverage,fuzzing",
                "--no-color",
                "--suppress-health-check",
                "all",
            ),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            cwd=tmp_path,
        )
        said, _ = await ran.communicate()
    assert ran.returncode == 0, said.decode()[-6_000:]

# SPDX-License-Identifier: Apache-2.0
# Tasks, a server with clients and children in one loop of asyncio.
import asyncio
import os


async def serve(reader, writer):
    writer.write((await reader.readline()).upper())
    await writer.drain()
    writer.close()


async def ask(number):
    reader, writer = await asyncio.open_unix_connection("socket")
    writer.write(f"hello {number}\n".encode())
    answer = await reader.readline()
    writer.close()
    return answer.decode().strip()


async def main():
    server = await asyncio.start_unix_server(serve, "socket")
    answers = await asyncio.gather(*(ask(number) for number in range(30)))
    print(len(set(answers)), answers[7])
    server.close()
    child = await asyncio.create_subprocess_exec(f"{os.environ['BUILT']}/inherited",
                                                 stdout=asyncio.subprocess.PIPE)
    print((await child.communicate())[0].decode(), child.returncode)
    print(await asyncio.to_thread(sum, range(100000)))


asyncio.run(main())
os.unlink("socket")

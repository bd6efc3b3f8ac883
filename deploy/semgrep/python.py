# ruleid: raw-catalogue
from datasets import catalogue

# ok: raw-catalogue
from datasets.access import effective_access


# ruleid: unguarded-route
@routes.get("/api/open")
def open_to_all():
    return ""


# ok: unguarded-route
@routes.post("/api/closed")
@requires(Permission.SAVE)
def closed():
    return ""


# ok: unguarded-route
@routes.get("/signin")
@public
def signin():
    return ""


# ruleid: markdown-as-html
dcc.Markdown(text, dangerously_allow_html=True)
# ok: markdown-as-html
dcc.Markdown(text)

# ruleid: unsafe-loading
pickle.loads(data)
# ruleid: unsafe-loading
yaml.load(data)
# ok: unsafe-loading
json.loads(data)

# ruleid: sql-of-text
work.execute(f"SELECT {name} FROM users")
# ok: sql-of-text
work.execute(sa.select(User).where(User.name == name))

# ruleid: secret-in-log
log.warning("refused", given=password)
# ok: secret-in-log
log.warning("a password was refused", user=person.id)
# ok: secret-in-log
log.warning("a message was rejected", code=error.code)

# ruleid: jwt-without-algorithms
jwt.decode(token, key)
# ok: jwt-without-algorithms
jwt.decode(token, key, algorithms=["HS256"])

# ruleid: open-cookie
answer.set_cookie("name", value, samesite="Lax", secure=True)
# ok: open-cookie
answer.set_cookie("name", value, httponly=True, samesite="Lax", secure=True)

# ruleid: shell
subprocess.run(line, shell=True)
# ok: shell
subprocess.run([program, argument])

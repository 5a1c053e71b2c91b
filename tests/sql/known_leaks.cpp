// Where a PostgreSQL server goes away between accepting a connection and answering the first
// statement on it, which is SOCI's own, SOCI 4.0 forgets the connection, and nobody else knows it.
// Other programs never call this.
extern "C" const char* __lsan_default_suppressions();  // NOLINT(bugprone-reserved-identifier)

extern "C" const char* __lsan_default_suppressions() {  // NOLINT(bugprone-reserved-identifier)
  return "leak:PQconnectdb\n";
}

using Orchestrator.Conformance.Engines;

namespace Orchestrator.Conformance;

// Each engine is started once, for all classes of its collection.

[CollectionDefinition(nameof(LocalEngine))]
public sealed class LocalEngineCollection : ICollectionFixture<LocalEngine>;

[CollectionDefinition(nameof(InProcessEngine))]
public sealed class InProcessEngineCollection : ICollectionFixture<InProcessEngine>;

[Collection(nameof(LocalEngine))]
public sealed class LocalEngineTests(LocalEngine engine) : EngineTests(engine);

[Collection(nameof(InProcessEngine))]
public sealed class InProcessEngineTests(InProcessEngine engine) : EngineTests(engine);

using Orchestrator.LocalHost.Journal;

namespace Orchestrator.LocalHost.Runtime;

/// <summary>
/// The hold on an instance that a client started, and on all that it started: they run in one process. It ends with the last of them. Thread safe.
/// </summary>
/// <param name="rootId">The instance that was started by a client, whose lock it is.</param>
internal sealed class InstanceTreeHold(string rootId, IInstanceHold hold)
{
    private readonly Lock _gate = new();
    private int _members = 1;
    private bool _historiesDeleted;

    public string RootId { get; } = rootId;

    /// <returns>False when the last member has released it: the lock is free.</returns>
    public bool TryShare()
    {
        lock (_gate)
        {
            if (_members == 0)
            {
                return false;
            }

            _members++;
            return true;
        }
    }

    /// <param name="member">The id of the instance that releases it.</param>
    /// <param name="historiesDeleted">Whether that instance's histories were deleted. Only the root's last word counts: it may have begun again.</param>
    public void Release(string member, bool historiesDeleted)
    {
        lock (_gate)
        {
            if (member == RootId)
            {
                _historiesDeleted = historiesDeleted;
            }

            if (--_members > 0)
            {
                return;
            }

            if (_historiesDeleted)
            {
                hold.DisposeAndDelete();
            }
            else
            {
                hold.Dispose();
            }
        }
    }
}
